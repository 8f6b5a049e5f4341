import type { RouteMode } from "../core/types.ts";
import type { AppState, BackendState } from "./app_state.ts";
import { type CloudUse, noCloudUse } from "./cloud_use.ts";
import { modeWords } from "./mode_in_force.ts";
import { byPreference, type PreferenceOptions } from "./preference.ts";
import { partStatus } from "./parts.ts";
import { routability } from "./routability.ts";
import type { BackendStatus, StatusReport } from "./status.ts";

/** What the state does not hold. */
export interface ReportFacts {
  /** Monotonic, in ms. */
  now: number;
  uptimeMs: number;
  listen: string;
  version: string;
  pid: number;
}

/** The state as it is shown to people and programs. */
export function statusReport(state: AppState, { now, ...facts }: ReportFacts): StatusReport {
  const { mode, modeCause } = state;
  const backends = state.backends.map((backend) => backendStatus(backend, { mode, modeCause, now }));
  const order = byPreference(state.backends, { mode, now }).map(({ config }) => config.id);
  const routable = order.filter((id) => backends.find((backend) => backend.id === id)?.routable);
  return {
    state: overall(order, routable, backends),
    mode,
    chosenMode: state.chosenMode,
    modeReason: modeCause.kind === "chosen" ? null : modeWords(mode, modeCause),
    pause: state.pause && { until: state.pause.until === null ? null : new Date(state.pause.until).toISOString() },
    surroundings: { ...state.surroundings },
    privacy: { models: state.privacy.localModels.length, apps: state.privacy.localApps.length },
    cloudUse: cloudUseReport(state.cloudUse),
    listen: facts.listen,
    active: routable[0] ?? null,
    version: facts.version,
    pid: facts.pid,
    uptimeMs: Math.round(facts.uptimeMs),
    inFlight: state.inFlight,
    backends,
    configError: state.configError,
    app: state.app && { ...state.app },
    parts: state.parts.map(partStatus),
    failovers: [...state.failovers],
  };
}

function cloudUseReport({ endsAt, since, toldBefore: _, ...use }: CloudUse): StatusReport["cloudUse"] {
  return {
    ...use,
    endsAt: new Date(endsAt).toISOString(),
    since: since === null ? null : new Date(since).toISOString(),
  };
}

function overall(
  order: readonly string[],
  routable: readonly string[],
  backends: readonly BackendStatus[],
): StatusReport["state"] {
  if (routable.length === 0) return "down";
  const first = backends.find((backend) => backend.id === order[0])!;
  return first.routable && first.health === "up" ? "connected" : "degraded";
}

function backendStatus(backend: BackendState, options: PreferenceOptions): BackendStatus {
  const { config } = backend;
  const { routable, health, reason } = routability(backend, options);
  return {
    id: config.id,
    kind: config.kind,
    url: config.url,
    location: config.location,
    enabled: config.enabled,
    routable,
    health,
    latencyMs: backend.latencyMs === undefined ? null : Math.round(backend.latencyMs * 10) / 10,
    version: backend.version ?? null,
    models: clientNames(backend),
    warm: [...backend.warm],
    reason,
  };
}

/** The names under which programs reach a backend's models: its own and the user's. */
export function clientNames(backend: BackendState): string[] {
  const listed = backend.models?.map(({ name }) => name) ?? [];
  return [...new Set([...Object.keys(backend.config.models), ...listed])];
}

export const initialState = (mode: RouteMode): AppState => ({
  mode,
  modeCause: { kind: "chosen" },
  chosenMode: mode,
  pause: null,
  surroundings: { network: "unknown", isMetered: false, isOnBattery: false },
  privacy: { localModels: [], localApps: [] },
  cloudUse: noCloudUse,
  backends: [],
  inFlight: 0,
  failovers: [],
  configError: null,
  app: null,
  parts: [],
});
