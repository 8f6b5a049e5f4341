import type { Attempt } from "../core/types.ts";
import type { Config } from "../config/schema.ts";
import type { AppState, BackendState } from "./app_state.ts";
import { initialHealth } from "./health_state.ts";

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
  return { ...state, mode: config.route.mode, backends };
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
