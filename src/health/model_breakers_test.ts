import { assertEquals } from "@std/assert";
import { configOf } from "../../tests/support/states.ts";
import type { Observation } from "../broker/observation.ts";
import { closedBreaker, type HealthState, initialHealth, modelBreaker } from "../state/health_state.ts";
import { acquire, nextHealth } from "./transitions.ts";

const { breaker, health } = configOf();
const settings = { ...breaker, threshold: health.threshold };
const start: HealthState = { ...initialHealth, reach: { kind: "up", failures: 0 } };

const failed = (model: string, at: number, status: number): Observation => ({
  kind: "request_failed",
  at,
  model,
  phase: "headers",
  reason: `http_${status}` as "http_500",
  status,
});

/** Failures of as many models as given, one in each ms; the backend's own breaker is left out of it. */
function afterNames(state: HealthState, names: Iterable<string>, status = 500, since = 0): HealthState {
  let at = since;
  for (const name of names) {
    state = { ...nextHealth(state, failed(name, at++, status), settings), breaker: closedBreaker };
  }
  return state;
}

const invented = (count: number, prefix = "m") => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

Deno.test("nextHealth() keeps the breakers of at most 256 models, the oldest goes first", () => {
  const state = afterNames(start, invented(300));
  assertEquals(Object.keys(state.modelBreakers).length, 256);
  assertEquals([modelBreaker(state, "m43"), modelBreaker(state, "m44")?.kind], [undefined, "closed"]);
  assertEquals(modelBreaker(state, "m299")?.kind, "closed");
});

Deno.test("nextHealth() drops breakers that are over before those that still count", () => {
  const ejected = afterNames(start, ["real"], 403);
  const crowded = afterNames(ejected, invented(255));
  const full = afterNames(crowded, ["late"], 500, 30_000);
  assertEquals(modelBreaker(full, "real"), undefined, "none is over: the oldest goes");
  const later = afterNames(afterNames(start, invented(1)), ["real"], 403, 61_000);
  const crowdedLater = afterNames(later, invented(255, "n"), 500, 61_001);
  assertEquals([modelBreaker(crowdedLater, "m0"), modelBreaker(crowdedLater, "real")?.kind], [undefined, "open"]);
});

Deno.test("nextHealth() and acquire() take names of Object's own for models", () => {
  for (const model of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    assertEquals(acquire(start, model, 0, 1), { state: start, isProbe: false }, model);
    const succeeded: Observation = { kind: "request_succeeded", at: 0, model };
    assertEquals(nextHealth(start, succeeded, settings).modelBreakers, {}, model);
    const ejected = afterNames(start, [model, model, model]);
    assertEquals(modelBreaker(ejected, model)?.kind, "open", model);
    assertEquals(acquire(ejected, model, 10, 1), undefined, model);
    assertEquals(acquire(ejected, "other", 10, 1)?.isProbe, false, model);
    const probing = acquire(ejected, model, 60_000, 7)!;
    assertEquals(probing.isProbe, true, model);
    assertEquals(nextHealth(probing.state, { ...succeeded, permit: 7 }, settings).modelBreakers, {}, model);
  }
});
