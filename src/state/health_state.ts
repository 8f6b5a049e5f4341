import type { FailureReason } from "../core/errors.ts";

/** Whether the backend can be reached, by health checks and by connections that failed. */
export type Reach =
  | { kind: "unknown" }
  /** `failures`: health checks in a row that did not pass. */
  | { kind: "up"; failures: number; reason?: FailureReason }
  /** `passes`: health checks in a row that did pass; `checks`: those since it went down, for the pause between them. */
  | { kind: "down"; reason: FailureReason; passes: number; checks: number }
  /** A health check was answered with 401, 402 or 403, or the backend's token is not set. */
  | { kind: "misconfigured"; reason: FailureReason };

/**
 * A circuit breaker, for a backend or for one model of it. Times are of the monotonic clock, in ms.
 *
 * `closed` lets everything pass; `open` nothing until `until`, after which the first request that asks becomes the one
 * probe of `half_open`. `ejections` counts the openings in a row: each doubles the next. `generation` names the probe,
 * so that the outcome of an older one changes nothing.
 */
export type Breaker =
  | { kind: "closed"; failures: number; lastFailureAt: number; ejections: number }
  | { kind: "open"; until: number; reason: FailureReason; ejections: number; generation: number }
  | { kind: "half_open"; reason: FailureReason; ejections: number; generation: number };

export const closedBreaker: Breaker = { kind: "closed", failures: 0, lastFailureAt: 0, ejections: 0 };

/** All that was seen of a backend: health checks, recent results and breakers together. */
export interface HealthState {
  reach: Reach;
  breaker: Breaker;
  /** Breakers of single models, by the model's name at the backend; only those not at rest, at most 256. */
  modelBreakers: Readonly<Record<string, Breaker>>;
  /** Left alone until then because it said so (429, Retry-After); no outage. Monotonic ms. */
  cooldown: { until: number; reason: FailureReason } | undefined;
  /** When a request last succeeded, monotonic ms. */
  lastSuccessAt: number | undefined;
}

/** The breaker of one model; `undefined` when it is at rest. A name such as `constructor` is a name like any other. */
export function modelBreaker({ modelBreakers }: HealthState, model: string): Breaker | undefined {
  return Object.hasOwn(modelBreakers, model) ? modelBreakers[model] : undefined;
}

export const initialHealth: HealthState = {
  reach: { kind: "unknown" },
  breaker: closedBreaker,
  modelBreakers: {},
  cooldown: undefined,
  lastSuccessAt: undefined,
};
