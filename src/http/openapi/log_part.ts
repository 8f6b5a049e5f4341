import { eventStream, operation, queryParameter } from "./operation.ts";
import { type ApiPart, text } from "./schema.ts";

const tag = "log";

/** The daemon's log. */
export const logPart: ApiPart = {
  tag: { name: tag, description: "The last lines of the daemon's log, secrets taken out" },
  paths: {
    "/control/v1/logs": {
      get: operation(tag, "get", {
        id: "getLog",
        summary: "The last lines of the log",
        parameters: [queryParameter("follow", "Present: as events, those that are kept first, then each new line")],
        answer: { "text/plain": { schema: text }, ...eventStream({ line: text }) },
      }),
    },
  },
  schemas: {},
};
