import { ConfigError, formatProblems } from "../config/config_error.ts";
import { ConfigStore } from "../config/config_store.ts";
import { missingClientKey } from "../config/missing_client_key.ts";
import { ownAddressProblems } from "../config/own_address.ts";
import { secretUses } from "../config/secret_uses.ts";
import { restartOptions } from "../config/restart_options.ts";
import { checkExposure, exposureProblems } from "../http/listener.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

/** How long the start waits for a client key that has to come from the keyring, in ms. */
const clientKeyMs = 3_000;

/** The configuration, which from now on takes no change that would open the daemon to the network without a key. */
export async function openConfig(options: DaemonOptions, { log, clock, secrets }: Ground): Promise<ConfigStore> {
  const path = options.configFile ?? options.paths.configFile;
  const mustExist = options.configFile !== undefined;
  const configStore = await ConfigStore.open({ path, mustExist, log, clock, overrides: options.overrides });
  const { listen: started } = configStore.config;
  secrets.follow(secretUses(configStore.config));
  configStore.subscribe((next) => void secrets.follow(secretUses(next)));
  const { clientKey } = started;
  try {
    const own = ownAddressProblems(configStore.config, started);
    if (own.length > 0) throw new ConfigError(formatProblems(own, path), own);
    if (clientKey !== null) await secrets.settled(clientKeyMs);
    // Until it is there every program is refused: to start is safe, and the keyring may be unlocked after the login only.
    if (clientKey !== null && secrets.mayStillCome(clientKey)) {
      log.warn("No program is served until the keyring gives the client key", { secret: clientKey });
    } else checkExposure(started, secrets.get);
  } catch (error) {
    await configStore.close();
    throw error;
  }
  configStore.vetoWith((next) => {
    const problems = exposureProblems(started.host, next.listen);
    return [...problems.length > 0 ? problems : missingClientKey(next.listen), ...ownAddressProblems(next, started)];
  });
  configStore.subscribe((next, previous) => {
    const names = restartOptions({ started, previous: previous.listen, next: next.listen });
    if (names.length > 0) {
      log.warn("Takes effect after a restart: cloudtolocalllm restart", { options: names.join(" ") });
    }
  });
  return configStore;
}
