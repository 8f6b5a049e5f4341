import { secretFile } from "../secrets/secret_file.ts";
import type { SecretCommands } from "../state/secrets.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

/** What users may do with the daemon's secrets; its code is loaded when they do. */
export function createSecretCommands({ env, paths }: DaemonOptions, { secrets: keeper }: Ground): SecretCommands {
  const load = async () => {
    const { createSecretCommands } = await import("../secrets/secret_commands.ts");
    return createSecretCommands({ keeper, homes: await keeper.homes(), env });
  };
  return {
    file: secretFile(paths.stateDir),
    list: async (options) => (await load()).list(options),
    keyring: async (options) => (await load()).keyring(options),
    set: async (...args) => (await load()).set(...args),
    delete: async (...args) => (await load()).delete(...args),
    unlock: async (signal) => (await load()).unlock(signal),
  };
}
