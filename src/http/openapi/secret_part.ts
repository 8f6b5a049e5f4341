import { json, operation, pathParameter } from "./operation.ts";
import { about, type ApiPart, array, flag, nullable, object, oneOf, ref, text } from "./schema.ts";

const tag = "secrets";

const name = pathParameter("name", "Of the secret", {
  type: "string",
  pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
});

/** Tokens by name: values go in and never come out. */
export const secretPart: ApiPart = {
  tag: { name: tag, description: "Tokens by name: values go in and never come out" },
  paths: {
    "/control/v1/secrets": {
      get: operation(tag, "get", {
        id: "listSecrets",
        summary: "Every secret that the configuration names or a home has, without its value",
        answer: json(object({
          keyring: ref("Keyring"),
          file: about("Keeps secrets where there is no keyring; it need not exist", text),
          secrets: array(ref("Secret")),
        })),
        refusals: [503],
      }),
    },
    "/control/v1/secrets/{name}": {
      put: operation(tag, "put", {
        id: "setSecret",
        summary: "Keeps a secret, in use at once",
        parameters: [name],
        body: object({
          value: about("At most 64 KiB that an HTTP header can carry", text),
          insecureFile: about("Agrees to the file where there is no keyring; it is not encrypted", flag),
        }, { optional: ["insecureFile"] }),
        answer: json(object({ name: text, home: ref("SecretHome"), file: nullable(text) })),
        refusals: [409, 503],
      }),
      delete: operation(tag, "delete", {
        id: "deleteSecret",
        summary: "Forgets a secret wherever it is kept",
        parameters: [name],
        answer: json(object({ name: text, deleted: { const: true } })),
        refusals: [400, 404, 409, 503],
      }),
    },
    "/control/v1/keyring/unlock": {
      post: operation(tag, "post", {
        id: "unlockKeyring",
        summary: "Has the user asked to unlock the keyring",
        answer: json(object({ keyring: ref("Keyring") })),
        refusals: [409, 503],
      }),
    },
  },
  schemas: {
    SecretHome: oneOf("environment", "keyring", "file", "memory"),
    Secret: object({
      name: text,
      home: about("Whose value counts; null: it was found in none", nullable(ref("SecretHome"))),
      usedBy: about("Ids of backends, and listen.clientKey", array(text)),
      problem: about("Why it cannot be used, as a sentence", nullable(text)),
    }),
    Keyring: object({ state: oneOf("available", "locked", "absent"), detail: text }),
  },
};
