import type { BackendConfig, Config } from "../config/schema.ts";
import type { RouteMode } from "../core/types.ts";
import type { AppSeen } from "./app_link.ts";
import type { CloudUse } from "./cloud_use.ts";
import type { HealthState } from "./health_state.ts";
import type { PartState } from "./parts.ts";
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
export type ModeCause =
  | { kind: "chosen" }
  | { kind: "pause"; until: number | null }
  /** The month's cap is reached; `until`: when the next month begins. */
  | { kind: "cap"; cap: number; tokens: number; until: number }
  | { kind: "metered" | "battery" };

/** What the user wants to stay on this machine. */
export type PrivacyRules = Readonly<Config["privacy"]>;

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
  /** The same object until the rules change. */
  privacy: PrivacyRules;
  cloudUse: CloudUse;
  backends: readonly BackendState[];
  inFlight: number;
  failovers: readonly Failover[];
  configError: string | null;
  /** `null`: this daemon does not serve the desktop app. */
  app: AppSeen | null;
  /** The parts that may fail without the others, by name. */
  parts: readonly PartState[];
}

/** What forbids a request its way to a backend, whatever the backend's health; what is on its way is held to it too. */
export type Policy = Pick<AppState, "mode" | "privacy">;
