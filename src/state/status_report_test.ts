import { assertEquals } from "@std/assert";
import { backendState, cloudInput, configOf } from "../../tests/support/states.ts";
import type { RouteMode } from "../core/types.ts";
import type { AppState, BackendState } from "./app_state.ts";
import { withConfig, withPause, withSurroundings } from "./changes.ts";
import type { HealthState } from "./health_state.ts";
import { clientNames, initialState, statusReport } from "./status_report.ts";

const facts = { now: 50_000, uptimeMs: 1234.6, listen: "http://127.0.0.1:11435", version: "1.2.3", pid: 42 };
const down: Partial<HealthState> = { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 1 } };
const unknown: Partial<HealthState> = { reach: { kind: "unknown" } };

const local = (health: Partial<HealthState> = {}) => backendState({}, { health });
const cloud = (health: Partial<HealthState> = {}) => backendState(cloudInput, { health });

function report(backends: BackendState[], mode: RouteMode = "local-first", more: Partial<AppState> = {}) {
  return statusReport({ ...initialState(mode), backends, ...more }, facts);
}

Deno.test("statusReport() says connected, degraded or down by the first choice of the mode", () => {
  const table: [string, BackendState[], RouteMode, state: string, active: string | null][] = [
    ["both up", [local(), cloud()], "local-first", "connected", "local"],
    ["the first choice is down", [local(down), cloud()], "local-first", "degraded", "cloud"],
    ["the second choice is down", [local(), cloud(down)], "local-first", "connected", "local"],
    ["cloud first", [local(), cloud()], "cloud-first", "connected", "cloud"],
    ["cloud first, cloud down", [local(), cloud(down)], "cloud-first", "degraded", "local"],
    ["not checked yet", [local(unknown)], "local-first", "degraded", "local"],
    ["both down", [local(down), cloud(down)], "local-first", "down", null],
    ["what could answer is not allowed", [local(down), cloud()], "local-only", "down", null],
    ["nothing is set up", [], "local-first", "down", null],
    [
      "the first choice is switched off",
      [backendState({ enabled: false }), cloud()],
      "local-first",
      "connected",
      "cloud",
    ],
  ];
  for (const [name, backends, mode, state, active] of table) {
    const { state: shown, active: first } = report(backends, mode);
    assertEquals([shown, first], [state, active], name);
  }
});

Deno.test("statusReport() shows a backend with the names that programs use", () => {
  const backend = backendState(
    { models: { fast: "llama3.2" } },
    { has: ["llama3.2", "qwen3"], warm: ["qwen3"], version: "0.30.0", latencyMs: 1.26, inFlight: 2 },
  );
  assertEquals(report([backend]).backends, [{
    id: "local",
    kind: "ollama",
    url: "http://local.invalid:11434",
    location: "local",
    enabled: true,
    routable: true,
    health: "up",
    latencyMs: 1.3,
    version: "0.30.0",
    models: ["fast", "llama3.2", "qwen3"],
    warm: ["qwen3"],
    reason: null,
  }]);
});

Deno.test("statusReport() carries the facts, and null where nothing is known", () => {
  const failover = { at: "2026-01-01T00:00:00.000Z", from: "local", to: null, reason: "reset", model: "m" };
  const shown = report([backendState({}, { has: null })], "local-only", {
    failovers: [failover],
    inFlight: 3,
    configError: "it is broken",
  });
  assertEquals(
    [shown.mode, shown.listen, shown.version, shown.pid, shown.uptimeMs, shown.inFlight, shown.configError],
    ["local-only", facts.listen, "1.2.3", 42, 1235, 3, "it is broken"],
  );
  assertEquals(shown.failovers, [failover]);
  assertEquals([shown.backends[0].latencyMs, shown.backends[0].version, shown.backends[0].models], [null, null, []]);
});

Deno.test("statusReport() tells the mode in force, the chosen one, and why they differ", () => {
  const config = configOf({ route: { mode: "cloud-first" } });
  const chosen = withConfig(initialState("cloud-first"), config);
  const until = new Date(2026, 0, 5, 15, 4);
  const shown = (state: AppState) => {
    const { mode, chosenMode, modeReason, pause } = statusReport(state, facts);
    return [mode, chosenMode, modeReason, pause];
  };
  assertEquals(shown(chosen), ["cloud-first", "cloud-first", null, null]);
  const paused = withPause(chosen, { until: until.getTime() }, config.route);
  assertEquals(shown(paused), ["local-only", "cloud-first", "the cloud is paused until 15:04", {
    until: until.toISOString(),
  }]);
  assertEquals(shown(withPause(paused, null, config.route)), shown(chosen));
  const metered = withSurroundings(chosen, { isMetered: true }, config.route);
  assertEquals(shown(metered), ["local-first", "cloud-first", "the connection is metered", null]);
});

Deno.test("clientNames() has mapped names first and each name once", () => {
  const backend = backendState({ models: { "llama3.2": "big", quick: "small" } }, { has: ["llama3.2", "small"] });
  assertEquals(clientNames(backend), ["llama3.2", "quick", "small"]);
  assertEquals(clientNames(backendState({ models: { a: "b" } }, { has: null })), ["a"]);
});
