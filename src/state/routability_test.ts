import { assertEquals, assertStringIncludes } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import type { BackendInput } from "../../tests/support/broker_fixture.ts";
import { type Breaker, closedBreaker, type HealthState } from "./health_state.ts";
import { isModelEjected, passes, routability } from "./routability.ts";

const now = 100_000;
const open = (until: number, reason: "reset" | "http_401" = "reset"): Breaker => ({
  kind: "open",
  until,
  reason,
  ejections: 1,
  generation: 0,
});
const halfOpen: Breaker = { kind: "half_open", reason: "reset", ejections: 1, generation: 7 };

interface Row {
  name: string;
  health?: Partial<HealthState>;
  input?: Partial<BackendInput>;
  expected: [routable: boolean, health: string, reason: string | null];
}

const where = "local.invalid:11434";
const table: Row[] = [
  { name: "all is well", expected: [true, "up", null] },
  {
    name: "switched off, whatever its health",
    input: { enabled: false },
    expected: [false, "disabled", "Switched off in the configuration"],
  },
  { name: "not checked yet", health: { reach: { kind: "unknown" } }, expected: [true, "unknown", "Not checked yet"] },
  {
    name: "down",
    health: { reach: { kind: "down", reason: "connect_refused", passes: 2, checks: 4 } },
    expected: [false, "down", `Ollama is not running on ${where}`],
  },
  {
    name: "misconfigured, found by a health check",
    health: { reach: { kind: "misconfigured", reason: "http_401" } },
    expected: [false, "misconfigured", `${where} refuses the token`],
  },
  {
    name: "misconfigured, found by a request",
    health: { breaker: open(now + 1, "http_401") },
    expected: [false, "misconfigured", `${where} refuses the token`],
  },
  {
    name: "ejected",
    health: { breaker: open(now + 1_001) },
    expected: [false, "ejected", `${where} closed the connection; tried again in 2 s`],
  },
  {
    name: "half open, its probe out",
    health: { breaker: halfOpen },
    expected: [false, "ejected", `${where} closed the connection; one request is trying it again`],
  },
  {
    name: "its ejection is over: the next request may try",
    health: { breaker: open(now) },
    expected: [true, "up", null],
  },
  {
    name: "asked to be left alone",
    health: { cooldown: { until: now + 2_500, reason: "http_429" } },
    expected: [false, "ejected", `${where} limits the number of requests; it asked to be left alone for 3 s more`],
  },
  {
    name: "its pause is over",
    health: { cooldown: { until: now, reason: "http_429" } },
    expected: [true, "up", null],
  },
  {
    name: "its health check fails while requests succeed",
    health: { reach: { kind: "up", failures: 5, reason: "http_503" } },
    expected: [true, "up", `Its health check fails: ${where} answers with HTTP 503`],
  },
  {
    name: "one model is ejected, another one's ejection is over",
    health: { modelBreakers: { "llama3.2": open(now + 5), qwen3: open(now), plain: halfOpen } },
    expected: [true, "up", "Left alone for a while after failures: llama3.2, plain"],
  },
  {
    name: "many models are ejected",
    health: { modelBreakers: Object.fromEntries([..."abcdefg"].map((model) => [model, halfOpen])) },
    expected: [true, "up", "Left alone for a while after failures: a, b, c, d, e and 2 more"],
  },
  {
    name: "down outweighs the breaker and the cooldown",
    health: {
      reach: { kind: "down", reason: "dns", passes: 0, checks: 1 },
      breaker: open(now + 9),
      cooldown: { until: now + 9, reason: "http_429" },
    },
    expected: [false, "down", "The name local.invalid cannot be resolved"],
  },
];

Deno.test("routability() says whether, what and why for every state of health", () => {
  for (const { name, health, input, expected } of table) {
    const { routable, health: shown, reason } = routability(backendState(input, { health }), {
      mode: "local-first",
      now,
    });
    assertEquals([routable, shown, reason], expected, name);
  }
});

Deno.test("routability() knows what the mode leaves out", () => {
  const [local, cloud] = [backendState(), backendState(cloudInput)];
  assertEquals(routability(cloud, { mode: "local-only", now }), {
    routable: false,
    health: "disabled",
    reason: "Not used in mode local-only",
  });
  assertEquals(routability(local, { mode: "cloud-only", now }).reason, "Not used in mode cloud-only");
  assertEquals(routability(local, { mode: "local-only", now }).routable, true);
  assertEquals(routability(cloud, { mode: "fastest", now }).routable, true);
});

Deno.test("routability() names the pause that keeps the cloud out, and until when", () => {
  const [local, cloud] = [backendState(), backendState(cloudInput)];
  const paused = (until: number | null) => ({ mode: "local-only", modeCause: { kind: "pause", until }, now } as const);
  const until = new Date(2026, 0, 5, 15, 4).getTime();
  assertEquals(routability(cloud, paused(until)), {
    routable: false,
    health: "disabled",
    reason: "Paused until 15:04",
  });
  assertEquals(routability(cloud, paused(null)).reason, "The cloud is paused");
  assertEquals(routability(local, paused(null)).routable, true);
  const metered = { mode: "local-only", modeCause: { kind: "metered" }, now } as const;
  assertEquals(routability(cloud, metered).reason, "Not used in mode local-only");
});

Deno.test("passes() lets a request through a closed breaker, and one that has been open for long enough", () => {
  assertEquals([closedBreaker, open(now), open(now + 1), halfOpen].map((breaker) => passes(breaker, now)), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("isModelEjected() looks at the model's own breaker only", () => {
  const backend = backendState({}, { health: { breaker: open(now + 9), modelBreakers: { a: open(now + 9) } } });
  assertEquals(["a", "b"].map((model) => isModelEjected(backend, model, now)), [true, false]);
});

Deno.test("routability() tells the variable of a missing token", () => {
  const health = { reach: { kind: "misconfigured", reason: "no_credential" } } as const;
  const backend = backendState({ secret: "my-key" }, { health });
  assertStringIncludes(routability(backend, { mode: "local-first", now }).reason!, "secret set my-key");
});
