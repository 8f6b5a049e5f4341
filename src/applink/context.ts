import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { ReportPart } from "../core/part_seen.ts";
import type { AppState } from "../state/app_state.ts";
import type { StatusReport } from "../state/status.ts";
import type { Store } from "../state/store.ts";
import type { CloudSignIn } from "./cloud_sign_in.ts";
import type { Peers } from "./peers.ts";

/** All that the app's connection works with; made by the composition root. */
export interface AppLinkContext {
  store: Store<AppState>;
  status: () => StatusReport;
  /** Asks the daemon's own routes; `path` is one of theirs. */
  ask: (path: string, init: RequestInit) => Promise<Response>;
  signIn: CloudSignIn;
  peers: Peers;
  /** Ends the daemon as SIGTERM does. */
  quit: () => void;
  /** `~/.cloudtolocalllm/tray_port`. */
  portFile: string;
  /** Where the app is; `undefined`: it was not found. */
  findApp: () => Promise<string | undefined>;
  /** Takes every known secret out of a text. */
  redact: (text: string) => string;
  /** Aborted when the daemon begins to stop and takes no new requests. */
  stopping: AbortSignal;
  report: ReportPart;
  clock: Clock;
  log: Log;
}
