import { readConfigFile } from "../config/config_file.ts";
import type { Paths } from "../config/paths.ts";
import { secretUses } from "../config/secret_uses.ts";
import type { Clock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { createSecretCommands } from "../secrets/secret_commands.ts";
import { secretFile } from "../secrets/secret_file.ts";
import { openSecretHomes } from "../secrets/secret_homes.ts";
import { SecretKeeper } from "../secrets/secret_keeper.ts";
import type { SecretCommands } from "../state/secrets.ts";

export interface SecretsAloneOptions {
  env: (name: string) => string | undefined;
  paths: Paths;
  /** Whose uses count. Default: the configuration file of `paths`. */
  configFile?: string;
  clock: Clock;
}

/** What users may do with secrets while no daemon runs; a configuration that cannot be read names none. */
export async function openSecretsAlone(
  { env, paths, configFile = paths.configFile, clock }: SecretsAloneOptions,
): Promise<AsyncDisposable & { commands: SecretCommands }> {
  const homes = openSecretHomes({ env, clock, file: secretFile(paths.stateDir) });
  const openHomes = () => Promise.resolve(homes);
  const keeper = new SecretKeeper({ env, clock, log: silentLog, onRead() {}, openHomes });
  const { result } = await readConfigFile(configFile);
  await keeper.follow(result.ok ? secretUses(result.config) : []);
  return {
    commands: createSecretCommands({ keeper, homes, env }),
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}
