import type { ClientError } from "./errors.ts";

/** In which order, and whether at all, local and cloud backends are asked. */
export type Mode = "local-first" | "cloud-first" | "local-only" | "cloud-only" | "fastest";

/** What the daemon tells about itself. Later versions may tell more. */
export interface Status {
  /** connected: the first choice answers; degraded: something answers, but not the first choice; down: nothing does. */
  state: "connected" | "degraded" | "down";
  /** The mode in force: what the user chose, unless a pause or the surroundings change it. */
  mode: Mode;
  chosenMode: Mode;
  /** Why another mode than the chosen one is in force; `null`: none is. */
  modeReason: string | null;
  /** Set while the cloud is paused; `until` (ISO 8601) is `null` when only the user ends that. */
  pause: Pause | null;
  /** What the desktop tells about the machine. */
  surroundings: {
    network: "unknown" | "online" | "offline" | "portal";
    isMetered: boolean;
    isOnBattery: boolean;
  };
  /** How many rules keep models and programs on this machine. */
  privacy: { models: number; apps: number };
  /** What clouds have used in this calendar month. */
  cloudUse: CloudUse;
  /** Base URL that programs use. */
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
  /** The last failovers, newest first. */
  failovers: Failover[];
}

export interface Pause {
  until: string | null;
}

export interface CloudUse {
  /** `2026-01`, by local time. */
  month: string;
  /** When the next month begins, ISO 8601. */
  endsAt: string;
  tokens: number;
  /** Of those, the ones that no cloud counted and that were guessed. */
  estimated: number;
  since: string | null;
  /** `null`: there is none. */
  cap: number | null;
  atCap: "stop-cloud" | "warn";
  isReached: boolean;
}

export interface BackendStatus {
  id: string;
  kind: "ollama" | "openai" | "cloudtolocalllm";
  url: string;
  location: "local" | "cloud";
  enabled: boolean;
  /** Whether a request may go there now. */
  routable: boolean;
  health: "unknown" | "up" | "down" | "misconfigured" | "ejected" | "disabled";
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
  /** Such as `connect_refused`. */
  reason: string;
  model: string;
}

export interface ModeNow {
  /** What the user chose. */
  mode: Mode;
  /** What routing goes by. */
  inForce: Mode;
  /** Why that is another; `null`: it is not. */
  reason: string | null;
}

export interface ConnectionTest {
  backend: string;
  ok: boolean;
  steps: {
    name: string;
    ok: boolean;
    detail: string;
    durationMs: number;
    /** What to do next, where something is wrong. */
    advice: string | null;
  }[];
}

/** What is known of the daemon: its status, or why there is none. */
export type StatusUpdate =
  | { connected: true; status: Status; reason?: undefined }
  | { connected: false; status?: undefined; reason: ClientError };

/** Whether the settings page was opened for the user; where not, a link that opens it once, within `expiresInMs`. */
export type SettingsOpened =
  | { opened: true; url?: undefined; expiresInMs?: undefined }
  | { opened: false; url: string; expiresInMs: number };
