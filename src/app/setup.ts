import { ConfigStore } from "../config/config_store.ts";
import type { ConfigChange } from "../config/config_store.ts";
import type { Paths } from "../config/paths.ts";
import type { BackendConfig, Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { Redaction } from "../core/redaction.ts";
import { seeDaemon } from "../doctor/daemon_sight.ts";
import { openAutostart } from "../service/autostart/open_autostart.ts";
import { findServers } from "../health/find_servers.ts";
import { clientSnippets, type Reach } from "../state/client_snippets.ts";
import type { ConnectionTest } from "../state/connection_report.ts";
import type { FoundServer } from "../state/found_server.ts";
import type { LoginStart } from "../state/login_start.ts";
import { freeId, type Preset, presets } from "../state/presets.ts";

/** What `setup` sees of the machine and does to it. */
export interface SetupMachine {
  findServers(): Promise<FoundServer[]>;
  presets: readonly Preset[];
  freeId: typeof freeId;
  clientSnippets: typeof clientSnippets;
  /** Tries a connection that is not set up; the token is kept nowhere. */
  test(config: BackendConfig, token: string): Promise<ConnectionTest>;
  /** Throws a `ConfigError` when the file cannot be used. */
  config(): Promise<Config>;
  /** Changes the file; one that is not good is never overwritten. A running daemon follows it. */
  changeConfig(change: ConfigChange): Promise<void>;
  loginStart: Pick<LoginStart, "isEnabled" | "set">;
  /** Address at which the daemon answers; `undefined`: it does not run. */
  daemonAddress(): Promise<string | undefined>;
}

export type { Preset, Reach };

export interface SetupOptions {
  env: (name: string) => string | undefined;
  paths: Paths;
  clock: Clock;
}

/** The real machine. */
export function setupMachine({ env, paths, clock }: SetupOptions): SetupMachine {
  const openConfig = () => ConfigStore.open({ path: paths.configFile, log: silentLog, clock, watch: false });
  const daemonAddress = async () => {
    const daemon = await seeDaemon(paths.controlFile);
    return daemon.kind === "runs" ? daemon.url : undefined;
  };
  return {
    findServers: () => findServers(),
    presets,
    freeId,
    clientSnippets,
    test: (config, token) => testNew(config, { token, clock }),
    async config() {
      await using store = await openConfig();
      return store.config;
    },
    async changeConfig(change) {
      await using store = await openConfig();
      await store.modify(change);
    },
    loginStart: openAutostart({ env, clock }).autostart,
    daemonAddress,
  };
}

async function testNew(
  config: BackendConfig,
  { token, clock }: { token: string; clock: Clock },
): Promise<ConnectionTest> {
  const { testUnsaved } = await import("./test_unsaved.ts");
  const secrets = { demand: () => undefined };
  const ground = { clock, secrets, redaction: new Redaction() };
  const { signal } = new AbortController();
  return await testUnsaved(config, { token, ground, signal, onStep() {} });
}
