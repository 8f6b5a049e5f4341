import type { Config } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { ReportPart } from "../core/part_seen.ts";
import type { AppState, Surroundings } from "../state/app_state.ts";
import type { Commands } from "../state/commands.ts";
import type { LoginStart } from "../state/login_start.ts";
import type { StatusReport } from "../state/status.ts";
import type { Store } from "../state/store.ts";

/** All that the desktop's services work with; made by the composition root. */
export interface DesktopContext {
  store: Store<AppState>;
  status: () => StatusReport;
  config: () => Config;
  /** Calls `listener` after each change of the configuration; the returned function ends that. */
  onConfig: (listener: (config: Config) => void) => () => void;
  commands: Commands;
  clock: Clock;
  log: Log;
  env: (name: string) => string | undefined;
  /** What programs that we start get beside our own environment: secrets are empty there. */
  childEnv: () => Record<string, string>;
  version: string;
  /** Base URL that programs of this machine use. */
  address: string;
  /** A new link that opens the settings page, once and within a minute. */
  settingsLink: () => string;
  /** A folder of ours for files of this session. */
  runtimeDir: string;
  /** The last lines of the log, line ends included. */
  recentLog: () => string;
  /** Whether this daemon stands in for the user's one: then a second one that finds another gives way to it. */
  isTheOne: boolean;
  /** Where it gives way, the settings of the other stay closed: nobody asked to see them. */
  givesWayQuietly: boolean;
  /** Reports what the desktop's services tell about the machine. */
  seeSurroundings: (seen: Partial<Surroundings>) => void;
  /** Whether the daemon starts with the session. */
  loginStart: LoginStart;
  /** Reports how a part of the desktop fares. */
  reportPart: ReportPart;
  /** The machine wakes up: what was connected is not any more. */
  awake: () => void;
}
