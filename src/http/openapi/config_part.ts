import { json, operation } from "./operation.ts";
import { about, type ApiPart, object, ref, text } from "./schema.ts";

const tag = "configuration";

/** The configuration's file. `Config` and `BackendSettings` are made from the schema that checks it. */
export const configPart: ApiPart = {
  tag: { name: tag, description: "The configuration's file: read with its version, changed where that still holds" },
  paths: {
    "/control/v1/config": {
      get: operation(tag, "get", {
        id: "getConfig",
        summary: "What the configuration's file says now",
        answer: json(ref("ConfigFile")),
        refusals: [409],
      }),
      patch: operation(tag, "patch", {
        id: "changeConfig",
        summary: "Changes the configuration's file, and what runs",
        description: "409 when the file is not of that version any more, or cannot be used: it is left as it is.",
        body: object({
          version: about("Of the file that the changes were made for", text),
          changes: about("A JSON merge patch (RFC 7396) of what the file says", { type: "object" }),
        }),
        answer: json(ref("ConfigFile")),
        refusals: [409, 422],
      }),
    },
  },
  schemas: {
    ConfigFile: object({
      file: about("Its path", text),
      version: about("Names what the file says; another after each change of it, whoever made it", text),
      written: about("What the file says", ref("Config")),
      config: about("The same with every default", ref("Config")),
    }),
  },
};
