import type { FailureReason } from "../core/errors.ts";
import { type Penalty, penaltyOf } from "../broker/retry_rules.ts";
import type { Observation } from "../broker/observation.ts";
import type { Config } from "../config/schema.ts";
import { type Breaker, closedBreaker, type HealthState, modelBreaker, type Reach } from "../state/health_state.ts";
import { acquired, closedBy, counted, onProbation, opened, reopened } from "./breaker.ts";
import { lostWith } from "./network_loss.ts";
import { withinLimit, withModelBreaker, withoutModelBreaker } from "./model_breakers.ts";

export type HealthSettings = Config["breaker"] & { threshold: number };

/** How long a request's success outweighs failing health checks. */
const successOutweighsMs = 30_000;
/** First and longest time for which a refused credential is left alone. */
const credentialEjectMs = 60_000;
/** A pause after a 429 that named none. */
const defaultCooldownMs = 5_000;
/** Failures of single models count for the whole backend too, but this many times less. */
const modelFailureWeight = 0.5;

/** The health that follows from one observation. Pure; `observation.at` is of the monotonic clock, in ms. */
export function nextHealth(state: HealthState, observation: Observation, settings: HealthSettings): HealthState {
  switch (observation.kind) {
    case "probe_passed":
      return probePassed(state, observation.at, settings);
    case "probe_failed":
      return probeFailed(state, observation, settings);
    case "network_lost":
      return { ...state, reach: { kind: "down", reason: observation.reason, passes: 0, checks: 0 } };
    case "network_back":
      return state.reach.kind === "down" ? { ...state, reach: { kind: "unknown" } } : state;
    case "request_began":
      return requestBegan(state, observation, settings);
    case "request_succeeded":
      return requestSucceeded(state, observation);
    case "request_failed":
      return requestFailed(state, observation, settings);
    case "permit_released":
      return permitReleased(state, observation);
  }
}

function probePassed(state: HealthState, at: number, settings: HealthSettings): HealthState {
  const { reach } = state;
  if (reach.kind !== "down") return { ...state, reach: { kind: "up", failures: 0 } };
  const passes = reach.passes + 1;
  // What answers proves whoever took the network for lost wrong: some networks are managed by nobody that tells.
  if (passes < settings.threshold && !lostWith(reach)) {
    return { ...state, reach: { ...reach, passes, checks: reach.checks + 1 } };
  }
  return { ...state, reach: { kind: "up", failures: 0 }, breaker: openedAgainNow(state.breaker, at) };
}

/** What came back from being down is another process: it need not sit out the ejection of the old one. */
function openedAgainNow(breaker: Breaker, at: number): Breaker {
  return breaker.kind === "open" ? { ...breaker, until: Math.min(breaker.until, at) } : breaker;
}

function probeFailed(
  state: HealthState,
  observation: { at: number; reason: FailureReason; status?: number },
  settings: HealthSettings,
): HealthState {
  const { reach } = state;
  const { reason, status, at } = observation;
  const penalty = penaltyOf({ reason, status });
  if (penalty === "credential" || penalty === "credential_model") {
    return { ...state, reach: { kind: "misconfigured", reason } };
  }
  // One that is asked too often is there; whether its token is right it does not tell.
  if (penalty === "cooldown") return reach.kind === "misconfigured" ? state : probePassed(state, at, settings);
  if (reach.kind === "down") {
    return {
      ...state,
      reach: { kind: "down", reason: reasonWhileDown(reach, reason, penalty), passes: 0, checks: reach.checks + 1 },
    };
  }
  const down: HealthState = { ...state, reach: { kind: "down", reason, passes: 0, checks: 1 } };
  if (reach.kind !== "up") return down;
  const failures = reach.failures + 1;
  const succeedsAnyway = state.lastSuccessAt !== undefined && at - state.lastSuccessAt < successOutweighsMs &&
    penalty !== "reach";
  if (failures < settings.threshold || succeedsAnyway) {
    return { ...state, reach: { kind: "up", failures, reason } };
  }
  return down;
}

/** A lost network explains what cannot be reached; a login page may also answer in the backend's place. */
function reasonWhileDown(reach: Reach, seen: FailureReason, penalty: Penalty): FailureReason {
  const loss = lostWith(reach);
  return loss === "portal" || (loss === "offline" && penalty === "reach") ? loss : seen;
}

/**
 * A first byte says that the backend lives. Its failures are forgotten only once an answer is whole: one that breaks
 * every stream in the middle would never be ejected else.
 */
function requestBegan(
  state: HealthState,
  seen: { at: number; model: string; permit?: number },
  settings: HealthSettings,
): HealthState {
  const reach = state.reach.kind === "up" ? state.reach : { kind: "up" as const, failures: 0 };
  const next = { ...state, reach, breaker: onProbation(state.breaker, seen, settings), lastSuccessAt: seen.at };
  if (!modelBreaker(state, seen.model)) return next;
  return withModelBreaker(next, seen.model, (breaker) => onProbation(breaker, seen, settings));
}

function requestSucceeded(state: HealthState, seen: { at: number; model: string; permit?: number }): HealthState {
  const reach = state.reach.kind === "up" ? state.reach : { kind: "up" as const, failures: 0 };
  const next = { ...state, reach, breaker: closedBy(state.breaker, seen.permit), lastSuccessAt: seen.at };
  const forModel = modelBreaker(state, seen.model);
  if (!forModel) return next;
  const closed = closedBy(forModel, seen.permit);
  return isAtRest(closed) ? withoutModelBreaker(next, seen.model) : withModelBreaker(next, seen.model, () => closed);
}

function isAtRest(breaker: Breaker): boolean {
  return breaker.kind === "closed" && breaker.failures === 0;
}

type SeenFailure = Extract<Observation, { kind: "request_failed" }>;

function requestFailed(state: HealthState, seen: SeenFailure, settings: HealthSettings): HealthState {
  const penalty = penaltyOf(seen);
  const released = permitReleased(state, seen);
  switch (penalty) {
    case "none":
      return released;
    case "reach":
      if (state.reach.kind === "down") return released;
      return { ...released, reach: { kind: "down", reason: seen.reason, passes: 0, checks: 0 } };
    case "cooldown": {
      const until = seen.at + (seen.retryAfterMs ?? defaultCooldownMs);
      // One that named no pause, or a shorter one, does not cut the pause short that another was told.
      if (state.cooldown && state.cooldown.until >= until) return released;
      return { ...released, cooldown: { until, reason: seen.reason } };
    }
    // A failure that concerns one breaker tells nothing of the other, whose probe the request may have been as well.
    case "credential":
      return { ...released, breaker: opened(state.breaker, seen, settings, credentialEjectMs) };
    case "credential_model": {
      const next = failedModel(state, seen, settings, (old) => opened(old, seen, settings, credentialEjectMs));
      return { ...next, breaker: released.breaker };
    }
    case "backend":
      return { ...released, breaker: counted(state.breaker, seen, settings, 1) };
    case "model": {
      const next = failedModel(state, seen, settings, (old) => counted(old, seen, settings, 1));
      return { ...next, breaker: counted(state.breaker, seen, settings, modelFailureWeight) };
    }
  }
}

function failedModel(
  state: HealthState,
  { at, model }: SeenFailure,
  { forgetMs }: HealthSettings,
  change: (breaker: Breaker) => Breaker,
): HealthState {
  return withinLimit(withModelBreaker(state, model, change), { at, forgetMs });
}

/** A half-open probe that ended without telling anything (its client left): the next request may probe at once. */
function permitReleased(state: HealthState, seen: { at: number; model: string; permit?: number }): HealthState {
  if (seen.permit === undefined) return state;
  const breaker = reopened(state.breaker, seen.at, seen.permit);
  const forModel = modelBreaker(state, seen.model);
  if (!forModel) return { ...state, breaker };
  return withModelBreaker({ ...state, breaker }, seen.model, (old) => reopened(old, seen.at, seen.permit!));
}

/** The state after one request was let pass, or `undefined` when the backend's or the model's breaker forbids it. */
export function acquire(
  state: HealthState,
  model: string,
  now: number,
  permit: number,
): { state: HealthState; isProbe: boolean } | undefined {
  const forBackend = acquired(state.breaker, now, permit);
  const forModel = acquired(modelBreaker(state, model) ?? closedBreaker, now, permit);
  if (!forBackend || !forModel) return undefined;
  const isProbe = forBackend.isProbe || forModel.isProbe;
  if (!isProbe) return { state, isProbe };
  const next = { ...state, breaker: forBackend.breaker };
  return { state: forModel.isProbe ? withModelBreaker(next, model, () => forModel.breaker) : next, isProbe };
}
