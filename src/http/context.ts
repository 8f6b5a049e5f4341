import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { RecentLines } from "../core/recent_lines.ts";
import type { Backend } from "../broker/backend.ts";
import type { Failover } from "../broker/failover.ts";
import type { RequestRecord } from "../broker/request_record.ts";
import type { Unanswered } from "../broker/unanswered.ts";
import type { ConfigStore } from "../config/config_store.ts";
import type { Config } from "../config/schema.ts";
import type { AppState } from "../state/app_state.ts";
import type { Commands } from "../state/commands.ts";
import type { SettingsPage } from "../state/settings_visit.ts";
import type { Door } from "./door.ts";
import type { RunningRequests } from "../state/running_requests.ts";
import type { SecretCommands } from "../state/secrets.ts";
import type { StatusReport } from "../state/status.ts";
import type { Store } from "../state/store.ts";
import type { UsageReader } from "../state/usage.ts";
import type { Metrics } from "./metrics.ts";

/** All that the routes work with; made by the composition root. */
export interface HttpContext {
  config: () => Config;
  store: Store<AppState>;
  status: () => StatusReport;
  failover: Failover;
  unanswered: Unanswered;
  backends: (id: string) => Backend | undefined;
  /** Asks the backends of this machine for their models again, unless that was done within `youngMs`. */
  refreshModels: (youngMs: number) => Promise<void>;
  /** Told when a request has changed which models a backend has. */
  modelsChanged: (id: string) => void;
  secretCommands: SecretCommands;
  commands: Pick<Commands, "setMode" | "testBackend" | "testUnsaved" | "pauseCloud" | "resumeCloud" | "quit">;
  metrics: Metrics;
  clock: Clock;
  log: Log;
  /** Where each finished model request is reported. */
  record: (record: RequestRecord) => void;
  /** The record of use, to be read. */
  usage: UsageReader;
  /** The model requests in flight. */
  running: RunningRequests;
  /** The value of a named token; `undefined` when it is not set. */
  secrets: (name: string) => string | undefined;
  /** Takes every known secret out of a text: a backend's words may repeat its token. */
  redact: (text: string) => string;
  /** Whether other machines can reach the socket: nobody may ask without a key then, whatever the configuration says. */
  isExposed: boolean;
  /** Bearer token of the control API. */
  controlToken: string;
  configFile: Pick<ConfigStore, "path" | "snapshot" | "edit">;
  /** The last lines of the log, secrets removed. */
  recentLog: RecentLines;
  /** Who may see the settings page. */
  door: Door;
  /** A new link that opens the settings page. */
  settingsLink: () => string;
  /** What is behind the door. */
  settings: SettingsPage;
  version: string;
  /** Aborted when the daemon stops and running answers have had their grace. */
  stopped: AbortSignal;
  /** Aborted when the daemon begins to stop and takes no new requests. */
  stopping: AbortSignal;
}

/** A list of models this young is good enough to show, in ms. */
export const youngListMs = 1_000;
