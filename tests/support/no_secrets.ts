import { type SecretCommands, SecretError } from "../../src/state/secrets.ts";

/** Nothing is kept, and nothing can be. */
export const noSecrets: SecretCommands = {
  file: "/state/secrets.json",
  list: () => Promise.resolve([]),
  keyring: () => Promise.resolve({ state: "absent", detail: "No keyring" }),
  set: () => Promise.reject(new SecretError("needs_consent", "There is only the file")),
  delete: () => Promise.resolve(false),
  unlock: () => Promise.reject(new SecretError("no_keyring", "No keyring")),
};
