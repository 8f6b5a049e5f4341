import type { FailureReason } from "../core/errors.ts";
import type { Config } from "../config/schema.ts";
import { type Breaker, closedBreaker } from "../state/health_state.ts";

export type BreakerSettings = Config["breaker"];

/** A failed request as a breaker sees it; `at` is of the monotonic clock, in ms. */
export interface CountedFailure {
  at: number;
  reason: FailureReason;
  /** The permit of the request, when it was a half-open probe. */
  permit?: number;
}

/**
 * Lets one request pass. An open breaker whose time is over becomes half open and the request its one probe, known by
 * `permit`, a number never used before. `undefined`: the request may not pass.
 */
export function acquired(
  breaker: Breaker,
  now: number,
  permit: number,
): { breaker: Breaker; isProbe: boolean } | undefined {
  if (breaker.kind === "closed") return { breaker, isProbe: false };
  if (breaker.kind === "half_open" || breaker.until > now) return undefined;
  const { reason, ejections } = breaker;
  return { breaker: { kind: "half_open", reason, ejections, generation: permit }, isProbe: true };
}

/** A success closes what its own probe had half opened; that of an older request changes nothing. */
export function closedBy(breaker: Breaker, permit: number | undefined): Breaker {
  if (breaker.kind === "closed") {
    return breaker.failures === 0 && breaker.ejections === 0 ? breaker : closedBreaker;
  }
  return breaker.kind === "half_open" && breaker.generation === permit ? closedBreaker : breaker;
}

/** The half-open probe has begun its answer: all may pass, but the next failure opens it again, and for longer. */
export function onProbation(
  breaker: Breaker,
  seen: { at: number; permit?: number },
  settings: BreakerSettings,
): Breaker {
  if (breaker.kind !== "half_open" || breaker.generation !== seen.permit) return breaker;
  return { kind: "closed", failures: settings.failures - 1, lastFailureAt: seen.at, ejections: breaker.ejections };
}

/** One more failure in a row; opens the breaker at the threshold, and at once when the half-open probe failed. */
export function counted(breaker: Breaker, seen: CountedFailure, settings: BreakerSettings, weight: number): Breaker {
  if (breaker.kind === "half_open") {
    return breaker.generation === seen.permit ? opened(breaker, seen, settings, settings.ejectMs) : breaker;
  }
  if (breaker.kind === "open") return breaker;
  const forgotten = seen.at - breaker.lastFailureAt > settings.forgetMs;
  const failures = (forgotten ? 0 : breaker.failures) + weight;
  if (failures >= settings.failures) return opened(breaker, seen, settings, settings.ejectMs);
  return { ...breaker, failures, lastFailureAt: seen.at };
}

/** Envoy's outlier detection: the time of ejection grows with the number of ejections in a row. */
export function opened(breaker: Breaker, seen: CountedFailure, settings: BreakerSettings, firstMs: number): Breaker {
  if (breaker.kind === "open") return breaker;
  if (breaker.kind === "half_open" && breaker.generation !== seen.permit) return breaker;
  const longest = Math.max(settings.maxEjectMs, firstMs);
  const until = seen.at + Math.min(longest, firstMs * 2 ** breaker.ejections);
  const generation = breaker.kind === "closed" ? 0 : breaker.generation;
  return { kind: "open", until, reason: seen.reason, ejections: breaker.ejections + 1, generation };
}

/** The probe told nothing (its client left): the next request may probe at once. */
export function reopened(breaker: Breaker, at: number, permit: number): Breaker {
  if (breaker.kind !== "half_open" || breaker.generation !== permit) return breaker;
  return { ...breaker, kind: "open", until: at };
}
