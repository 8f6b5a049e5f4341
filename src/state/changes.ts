import type { Attempt } from "../core/types.ts";
import type { Config } from "../config/schema.ts";
import type { AppState, BackendState, Pause, Surroundings } from "./app_state.ts";
import { type CloudCount, cloudUse } from "./cloud_use.ts";
import { initialHealth } from "./health_state.ts";
import { modeInForce, type SurroundingsPolicy } from "./mode_in_force.ts";

/** How many failovers are remembered. */
const keptFailovers = 20;

/** The state under a changed configuration. What was seen of a backend holds until its settings change. */
export function withConfig(state: AppState, config: Config): AppState {
  const backends = config.backends.map((backend): BackendState => {
    const old = state.backends.find((one) => one.config.id === backend.id);
    if (old && JSON.stringify(old.config) === JSON.stringify(backend)) return { ...old, config: backend };
    return {
      config: backend,
      health: initialHealth,
      models: undefined,
      warm: [],
      version: undefined,
      latencyMs: undefined,
      firstByteMs: undefined,
      inFlight: old?.inFlight ?? 0,
    };
  });
  const isSame = JSON.stringify(config.privacy) === JSON.stringify(state.privacy);
  const privacy = isSame ? state.privacy : config.privacy;
  const use = cloudUse(state.cloudUse, config.limits);
  return inForce({ ...state, chosenMode: config.route.mode, privacy, cloudUse: use, backends }, config.route);
}

/** What clouds have used, under the configuration's cap. */
export function withCloudCount(state: AppState, count: CloudCount, config: Pick<Config, "limits" | "route">): AppState {
  return inForce({ ...state, cloudUse: cloudUse(count, config.limits) }, config.route);
}

/** The same object when it is paused so already. */
export function withPause(state: AppState, pause: Pause | null, policy: SurroundingsPolicy): AppState {
  if (state.pause?.until === pause?.until) return state;
  return inForce({ ...state, pause }, policy);
}

/** The same object when nothing of `seen` is new. */
export function withSurroundings(
  state: AppState,
  seen: Partial<Surroundings>,
  policy: SurroundingsPolicy,
): AppState {
  const surroundings = { ...state.surroundings, ...seen };
  if (JSON.stringify(surroundings) === JSON.stringify(state.surroundings)) return state;
  return inForce({ ...state, surroundings }, policy);
}

function inForce(state: AppState, policy: SurroundingsPolicy): AppState {
  return { ...state, ...modeInForce(state, policy) };
}

export function withInFlight(state: AppState, id: string, inFlight: number): AppState {
  const index = state.backends.findIndex(({ config }) => config.id === id);
  if (index < 0) return state;
  return { ...state, backends: state.backends.with(index, { ...state.backends[index], inFlight }) };
}

/**
 * Remembers a request whose first attempt failed: who failed, why, and who answered instead. One that was at fault
 * itself (`rejected`), or whose client left before the end, tells nothing of a failover.
 */
export function recordFailover(
  state: AppState,
  record: { attempts: readonly Attempt[]; backend?: string; model: string; startedAt: number; outcome: string },
): AppState {
  const failed = record.attempts.find(({ outcome }) => outcome === "failed");
  if (!failed || failed.backend === record.backend) return state;
  if (record.backend === undefined && record.outcome !== "failed") return state;
  const failover = {
    at: new Date(record.startedAt).toISOString(),
    from: failed.backend,
    to: record.backend ?? null,
    reason: failed.reason ?? "unknown",
    model: record.model,
  };
  return { ...state, failovers: [failover, ...state.failovers].slice(0, keptFailovers) };
}
