import type { AppSeen } from "./app_link.ts";
import type { Surroundings } from "./app_state.ts";
import type { PartStatus } from "./parts.ts";
import type { BackendKind, Location, RouteMode } from "../core/types.ts";

/** What `status --json` and `GET /control/v1/status` print. */
export interface StatusReport {
  /** connected: the first choice answers; degraded: something answers, but not the first choice; down: nothing does. */
  state: "connected" | "degraded" | "down";
  /** The mode in force: what the user chose, unless a pause or the surroundings change it. */
  mode: RouteMode;
  chosenMode: RouteMode;
  /** Why another mode than the chosen one is in force, such as `the cloud is paused until 15:04`; `null`: none is. */
  modeReason: string | null;
  /** Set while the user keeps every request local; `until` (ISO 8601) is `null` when only they end that. */
  pause: { until: string | null } | null;
  /** What the desktop tells about the machine. */
  surroundings: Surroundings;
  /** How many rules keep models and programs on this machine. */
  privacy: { models: number; apps: number };
  /** What clouds have used in this calendar month. */
  cloudUse: CloudUseStatus;
  /** Base URL that programs use, such as `http://127.0.0.1:11435`. */
  listen: string;
  /** Id of the backend that a request would go to now. */
  active: string | null;
  version: string;
  pid: number;
  uptimeMs: number;
  /** Requests being answered now. */
  inFlight: number;
  backends: BackendStatus[];
  /** Why a changed configuration file is not in use; `null` when it is. */
  configError: string | null;
  /** The desktop app; `null`: this daemon does not serve it. */
  app: AppSeen | null;
  /** The parts of the daemon that may fail without the others, by name. */
  parts: PartStatus[];
  /** The last failovers, newest first, at most 20. */
  failovers: Failover[];
}

export interface CloudUseStatus {
  /** `2026-01`, by local time. */
  month: string;
  /** When the next month begins, ISO 8601. */
  endsAt: string;
  /** Of questions and answers together. */
  tokens: number;
  /** Of those, the ones that no cloud counted and that were guessed. */
  estimated: number;
  /** When counting began, ISO 8601, where that was not with the month; `null`: nothing is left out. */
  since: string | null;
  /** `null`: there is none. */
  cap: number | null;
  atCap: "stop-cloud" | "warn";
  /** Whether the cap is reached; with `stop-cloud` no cloud is asked then. */
  isReached: boolean;
}

export interface BackendStatus {
  id: string;
  kind: BackendKind;
  url: string;
  location: Location;
  enabled: boolean;
  /** Whether a request may go there now: the one truth, shown everywhere. */
  routable: boolean;
  /** disabled: switched off, or not used in this mode; then it is not checked either. */
  health: "unknown" | "up" | "down" | "misconfigured" | "ejected" | "disabled";
  /** Of the last health check that passed. */
  latencyMs: number | null;
  version: string | null;
  /** Names that programs can use there. */
  models: string[];
  /** Of those, the ones that are loaded now. */
  warm: string[];
  /** Why it is not routable, or not wholly well, as a sentence; `null` when all is well. */
  reason: string | null;
}

export interface Failover {
  /** ISO 8601. */
  at: string;
  from: string;
  /** `null` when no other backend could answer. */
  to: string | null;
  /** A failure reason such as `connect_refused`. */
  reason: string;
  model: string;
}
