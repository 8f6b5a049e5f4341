import type { ProbeResult } from "../broker/backend.ts";
import type { Observation } from "../broker/observation.ts";
import type { BackendState } from "../state/app_state.ts";

/** Weight of the newest time to first byte in the moving average. */
const averageWeight = 0.3;

/** What an observation tells beside health. */
export function facts(backend: BackendState, observation: Observation): Partial<BackendState> {
  if (observation.kind === "probe_passed") return probeFacts(observation.result);
  if (observation.kind !== "request_began") return {};
  const { firstByteMs } = observation;
  const old = backend.firstByteMs ?? firstByteMs;
  return { firstByteMs: old + averageWeight * (firstByteMs - old) };
}

function probeFacts({ latencyMs, version, models, warm }: ProbeResult): Partial<BackendState> {
  return { latencyMs, version, models, warm };
}
