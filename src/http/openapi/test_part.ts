import { eventStream, json, operation, pathParameter } from "./operation.ts";
import { about, type ApiPart, array, flag, nullable, number, object, ref, text } from "./schema.ts";

const tag = "tests";

const answer = {
  ...json(ref("ConnectionTest")),
  ...eventStream({ step: ref("TestStep"), result: ref("ConnectionTest"), error: ref("Error") }),
};
const description = "With `Accept: text/event-stream` each step is told as soon as it is over, then the result.";

/** Connection tests. */
export const testPart: ApiPart = {
  tag: { name: tag, description: "Connection tests, step by step; they load no model" },
  paths: {
    "/control/v1/backends/{id}/test": {
      post: operation(tag, "post", {
        id: "testBackend",
        summary: "Tests a backend that is set up",
        description,
        parameters: [pathParameter("id", "Of the backend")],
        answer,
        refusals: [404],
      }),
    },
    "/control/v1/backends/test": {
      post: operation(tag, "post", {
        id: "testUnsaved",
        summary: "Tests settings of a backend that are not saved",
        description:
          `${description} The daemon connects to the address that is sent. Without \`secret\` the token that the settings name is used.`,
        body: object({
          backend: ref("BackendSettings"),
          secret: about("A token for this test only; it is kept nowhere", text),
        }, { optional: ["secret"] }),
        answer,
        refusals: [422],
      }),
    },
  },
  schemas: {
    TestStep: object({
      name: text,
      ok: flag,
      detail: text,
      durationMs: number,
      advice: about("What to do next, where something is wrong", nullable(text)),
      reason: about("What went wrong, such as `connect_refused` or `http_401`", text),
    }, { optional: ["reason"] }),
    ConnectionTest: object({ backend: text, ok: flag, steps: array(ref("TestStep")) }),
  },
};
