import { assert, assertEquals } from "@std/assert";
import { configOf } from "../../tests/support/states.ts";
import type { FailureReason } from "../core/errors.ts";
import type { Observation } from "../broker/observation.ts";
import { type Breaker, type HealthState, initialHealth } from "../state/health_state.ts";
import { acquire, nextHealth } from "./transitions.ts";

const { breaker, health } = configOf();
const settings = { ...breaker, threshold: health.threshold };
const model = "llama3.2";
const ripe: Breaker = { kind: "open", until: 100, reason: "reset", ejections: 1, generation: 0 };

/** States whose ejection is just over: of the backend, of the model, of both. */
const starts: Record<string, HealthState> = {
  backend: { ...initialHealth, reach: { kind: "up", failures: 0 }, breaker: ripe },
  model: { ...initialHealth, reach: { kind: "up", failures: 0 }, modelBreakers: { [model]: ripe } },
  both: { ...initialHealth, reach: { kind: "up", failures: 0 }, breaker: ripe, modelBreakers: { [model]: ripe } },
};

function failure(reason: FailureReason, permit?: number): Observation {
  const status = reason.startsWith("http_") ? Number(reason.slice(5)) : undefined;
  return { kind: "request_failed", at: 200, model, phase: "headers", reason, status, permit };
}

const probing = (start: HealthState, permit = 7) => acquire(start, model, 100, permit)!;

Deno.test("acquire() lets exactly one request through a half-open breaker", () => {
  for (const [name, start] of Object.entries(starts)) {
    const first = probing(start);
    assertEquals(first.isProbe, true, name);
    for (const now of [100, 1_000_000]) assertEquals(acquire(first.state, model, now, 8), undefined, name);
  }
});

Deno.test("acquire() lets other models through while one is probed", () => {
  const { state } = probing(starts.model);
  assertEquals(acquire(state, "qwen3", 100, 8), { state, isProbe: false });
});

Deno.test("acquire() changes nothing when the model's breaker forbids what the backend's would allow", () => {
  const ejected: Breaker = { kind: "open", until: 500, reason: "reset", ejections: 1, generation: 0 };
  assertEquals(acquire({ ...starts.backend, modelBreakers: { [model]: ejected } }, model, 100, 7), undefined);
});

Deno.test("nextHealth() closes the breakers that a probe's success has half opened", () => {
  for (const [name, start] of Object.entries(starts)) {
    const observation = { kind: "request_succeeded", at: 200, model, permit: 7 } as const;
    const state = nextHealth(probing(start).state, observation, settings);
    assertEquals([state.breaker.kind, state.modelBreakers], ["closed", {}], name);
  }
});

Deno.test("nextHealth() frees the place of a probe whose client left", () => {
  for (const [name, start] of Object.entries(starts)) {
    const left = nextHealth(probing(start).state, { kind: "permit_released", at: 150, model, permit: 7 }, settings);
    assertEquals(acquire(left, model, 150, 8)?.isProbe, true, name);
  }
});

Deno.test("nextHealth() lets the outcome of a stale permit change no half-open breaker", () => {
  const stale: Observation[] = [
    { kind: "permit_released", at: 150, model, permit: 6 },
    { kind: "request_succeeded", at: 150, model, permit: 6 },
    { kind: "request_succeeded", at: 150, model },
    failure("reset", 6),
    failure("reset"),
    failure("http_500", 6),
    failure("http_401"),
    failure("http_403", 6),
  ];
  const { state } = probing(starts.both);
  for (const observation of stale) {
    const next = nextHealth(state, observation, settings);
    assertEquals([next.breaker, next.modelBreakers], [state.breaker, state.modelBreakers], JSON.stringify(observation));
  }
});

Deno.test("nextHealth() leaves no breaker half open for ever, whatever became of its probe", () => {
  const reasons: FailureReason[] = [
    ...[
      "connect_refused",
      "unresponsive",
      "reset",
      "stalled",
      "first_byte_timeout",
      "incomplete",
      "malformed",
    ] as const,
    ...["empty", "too_large", "backend_error", "no_credential", "redirect", "untranslatable", "busy"] as const,
    ...[400, 401, 402, 403, 404, 422, 429, 500, 502, 503].map((status) => `http_${status}` as const),
  ];
  for (const [name, start] of Object.entries(starts)) {
    for (const reason of reasons) {
      const state = nextHealth(probing(start).state, failure(reason, 7), settings);
      const later = acquire(state, model, 1_000_000, 8);
      assert(later, `${name} is stuck after ${reason}`);
      assertEquals(later.isProbe, true, `${name} after ${reason}`);
    }
  }
});
