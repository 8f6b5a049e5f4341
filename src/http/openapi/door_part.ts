import { json, operation } from "./operation.ts";
import { about, type ApiPart, count, object, text } from "./schema.ts";

const tag = "page";

/** The way to the settings page, and this document. */
export const doorPart: ApiPart = {
  tag: { name: tag, description: "The way to the settings page, and this document" },
  paths: {
    "/control/v1/login-link": {
      post: operation(tag, "post", {
        id: "createLoginLink",
        summary: "A link that opens the settings page in a browser, once",
        answer: json(object({ url: text, expiresInMs: about("How long it may be opened", count) })),
      }),
    },
    "/control/v1/openapi.json": {
      get: operation(tag, "get", { id: "getDescription", summary: "This document", answer: json({ type: "object" }) }),
    },
  },
  schemas: {},
};
