import { assertEquals, assertStrictEquals } from "@std/assert";
import { backendState, cloudInput, configOf } from "../../tests/support/states.ts";
import type { Attempt } from "../core/types.ts";
import type { AppState } from "./app_state.ts";
import { recordFailover, withConfig, withInFlight, withPause, withSurroundings } from "./changes.ts";
import { initialHealth } from "./health_state.ts";
import { initialState } from "./status_report.ts";

const localInput = { id: "local", kind: "ollama", url: "http://127.0.0.1:1", location: "local" } as const;
const config = configOf({ backends: [localInput, cloudInput] });
const empty = initialState("local-first");

Deno.test("withConfig() makes new backends unknown and takes the mode over", () => {
  const state = withConfig(empty, configOf({ route: { mode: "cloud-only" }, backends: [localInput] }));
  assertEquals(state.mode, "cloud-only");
  assertEquals(state.backends.map(({ config, health, models }) => [config.id, health, models]), [
    ["local", initialHealth, undefined],
  ]);
});

Deno.test("withConfig() keeps what was seen of a backend until its settings change", () => {
  const first = withConfig(empty, config);
  const seen: AppState = {
    ...first,
    inFlight: 2,
    backends: first.backends.map((backend) => ({
      ...backendState({}, { version: "1", inFlight: 2 }),
      config: backend.config,
    })),
  };
  const again = withConfig(seen, configOf({ backends: [{ ...localInput, url: "http://127.0.0.1:2" }, cloudInput] }));
  const [local, cloud] = again.backends;
  assertEquals([local.health, local.models, local.version], [initialHealth, undefined, undefined]);
  assertEquals(local.inFlight, 2, "running answers go on");
  assertEquals([cloud.version, cloud.health.reach.kind, again.inFlight], ["1", "up", 2]);
  assertEquals(withConfig(seen, configOf({ backends: [cloudInput] })).backends.length, 1);
});

Deno.test("withInFlight() changes one backend, and nothing for one that has gone", () => {
  const state = withConfig(empty, config);
  assertEquals(withInFlight(state, "cloud", 3).backends.map(({ inFlight }) => inFlight), [0, 3]);
  assertStrictEquals(withInFlight(state, "gone", 3), state);
});

const attempt = (backend: string, outcome: Attempt["outcome"], reason?: string): Attempt => ({
  backend,
  outcome,
  reason,
  startedAt: 0,
  durationMs: 1,
});
const record = (outcome: string, backend: string | undefined, ...attempts: Attempt[]) => ({
  outcome,
  backend,
  attempts,
  model: "llama3.2",
  startedAt: Date.UTC(2026, 0, 2),
});

Deno.test("withPause() and withSurroundings() give the same object when nothing is new", () => {
  const { route } = config;
  assertStrictEquals(withPause(empty, null, route), empty);
  const paused = withPause(empty, { until: null }, route);
  assertEquals([paused.mode, paused.chosenMode], ["local-only", "local-first"]);
  assertStrictEquals(withPause(paused, { until: null }, route), paused);
  assertEquals(withPause(paused, { until: 5 }, route).pause, { until: 5 });
  assertStrictEquals(withSurroundings(empty, { network: "unknown", isMetered: false }, route), empty);
  assertEquals(withSurroundings(empty, { network: "portal" }, route).surroundings.network, "portal");
});

Deno.test("withConfig() keeps a pause and what is known of the machine", () => {
  const paused = withPause(withSurroundings(empty, { isMetered: true }, config.route), { until: null }, config.route);
  const next = withConfig(paused, configOf({ route: { mode: "cloud-first" }, backends: [localInput] }));
  assertEquals([next.mode, next.chosenMode, next.pause], ["local-only", "cloud-first", { until: null }]);
  assertEquals(withPause(next, null, config.route).mode, "local-first", "the connection is metered");
});

Deno.test("recordFailover() tells who failed first, why, and who answered", () => {
  const refused = attempt("local", "failed", "connect_refused");
  const done = record("ok", "cloud", refused, attempt("other", "failed", "reset"), attempt("cloud", "committed"));
  assertEquals(recordFailover(empty, done).failovers, [
    { at: "2026-01-02T00:00:00.000Z", from: "local", to: "cloud", reason: "connect_refused", model: "llama3.2" },
  ]);
  assertEquals(recordFailover(empty, record("failed", undefined, refused)).failovers[0].to, null);
});

Deno.test("recordFailover() is silent about what was none", () => {
  const none = [
    record("ok", "local", attempt("local", "committed")),
    record("ok", "local", attempt("local", "failed", "reset"), attempt("local", "committed")),
    record("rejected", undefined, attempt("local", "failed", "http_404")),
    record("cancelled", undefined, attempt("local", "failed", "reset"), attempt("cloud", "cancelled")),
    record("cancelled", undefined, attempt("local", "cancelled")),
  ];
  for (const one of none) assertStrictEquals(recordFailover(empty, one), empty);
});

Deno.test("recordFailover() keeps the newest twenty, newest first", () => {
  let state = empty;
  for (let i = 0; i < 25; i++) {
    state = recordFailover(state, { ...record("failed", undefined, attempt("local", "failed", `http_${500 + i}`)) });
  }
  assertEquals([state.failovers.length, state.failovers[0].reason, state.failovers[19].reason], [
    20,
    "http_524",
    "http_505",
  ]);
});
