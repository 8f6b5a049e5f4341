import type { BackendConfig } from "../config/schema.ts";
import type { RouteMode } from "../core/types.ts";
import type { HealthState } from "./health_state.ts";
import type { Failover } from "./status.ts";

/** A model as a backend lists it. */
export interface ModelInfo {
  /** The name at the backend. */
  name: string;
  sizeBytes?: number;
  modifiedAt?: string;
  digest?: string;
  details?: Record<string, unknown>;
  /** Ollama's mark of a model that in truth runs in its cloud. */
  remoteHost?: string;
  remoteModel?: string;
  contextLength?: number;
}

/** One backend: what the user set and what was seen. */
export interface BackendState {
  config: Readonly<BackendConfig>;
  health: HealthState;
  /** Its models when it was last asked; `undefined` before the first health check that passed. */
  models: readonly ModelInfo[] | undefined;
  /** Names, at the backend, of the models that are loaded. */
  warm: readonly string[];
  version: string | undefined;
  /** Of the last health check that passed. */
  latencyMs: number | undefined;
  /** Time to first byte of requests, as a moving average. */
  firstByteMs: number | undefined;
  /** Requests being answered by it now. */
  inFlight: number;
}

/** A pause of the cloud that the user asked for. */
export interface Pause {
  /** When it ends by itself, ms since 1970; `null`: when the user ends it. */
  until: number | null;
}

/** Whose doing the mode in force is, when it is not the user's own. */
export type ModeCause = { kind: "chosen" } | { kind: "pause"; until: number | null } | { kind: "metered" | "battery" };

/** What the desktop's services tell about the machine; where one is absent, what does no harm. */
export interface Surroundings {
  /** `offline`: no network at all; `portal`: one that shows nothing but its login page. */
  network: "unknown" | "online" | "offline" | "portal";
  isMetered: boolean;
  isOnBattery: boolean;
}

/** The whole state of the daemon; replaced, never changed in place. */
export interface AppState {
  /** The mode that routing goes by now (`modeInForce`). */
  mode: RouteMode;
  modeCause: ModeCause;
  /** The mode that the user set. */
  chosenMode: RouteMode;
  pause: Pause | null;
  surroundings: Surroundings;
  backends: readonly BackendState[];
  inFlight: number;
  failovers: readonly Failover[];
  configError: string | null;
}
