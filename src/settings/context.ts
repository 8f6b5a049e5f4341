import type { ModelEntry } from "../broker/models.ts";
import type { ConfigStore } from "../config/config_store.ts";
import type { Paths } from "../config/paths.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { RecentLines } from "../core/recent_lines.ts";
import type { AppState } from "../state/app_state.ts";
import type { Commands } from "../state/commands.ts";
import type { FoundServer } from "../state/found_server.ts";
import type { RunningRequests } from "../state/running_requests.ts";
import type { SecretCommands } from "../state/secrets.ts";
import type { StatusReport } from "../state/status.ts";
import type { Store } from "../state/store.ts";
import type { UsageReader } from "../state/usage.ts";

/** Whether the daemon starts with the session. `set` rejects, with words for the user, when that cannot be changed. */
export interface LoginStart {
  isEnabled(): Promise<boolean>;
  set(enabled: boolean): Promise<void>;
}

/** All that the settings page works with; made by the composition root. */
export interface SettingsContext {
  status: () => StatusReport;
  store: Store<AppState>;
  config: () => Config;
  configFile: Pick<ConfigStore, "path" | "snapshot" | "modify" | "subscribe">;
  commands: Commands;
  secrets: SecretCommands;
  usage: UsageReader;
  running: RunningRequests;
  /** Looks for model servers at the usual addresses of this machine. */
  findServers: () => Promise<FoundServer[]>;
  /** Every model that can be used now, and where it lives. */
  models: () => Promise<ModelEntry[]>;
  /** Asks a backend again for its models and which are loaded, because a request has changed them. */
  modelsChanged: (backend: string) => Promise<void>;
  /** Any request of the daemon's own API, with every right, as a path with its query. */
  ask: (path: string, init: RequestInit) => Promise<Response>;
  /** The last lines of the log, secrets removed. */
  recentLog: RecentLines;
  /** Takes every known secret out of a text. */
  redact: (text: string) => string;
  clock: Clock;
  log: Log;
  version: string;
  /** ms since 1970; with the process's id it names this run. */
  startedAt: number;
  /** What there is to say about the machine now, in one sentence. */
  sentence: () => string;
  paths: Paths;
  /** The daemon's environment. */
  env: (name: string) => string | undefined;
  loginStart: LoginStart;
  /** Aborted when the daemon begins to stop. */
  stopping: AbortSignal;
}
