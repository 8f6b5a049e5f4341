import { assertEquals, assertStrictEquals } from "@std/assert";
import { configOf } from "../../tests/support/states.ts";
import type { FailureReason } from "../core/errors.ts";
import type { Observation } from "../broker/observation.ts";
import { closedBreaker, type HealthState, initialHealth, type Reach } from "../state/health_state.ts";
import { acquire, nextHealth } from "./transitions.ts";

const { breaker, health } = configOf();
const settings = { ...breaker, threshold: health.threshold };
const result = { latencyMs: 1, models: [], warm: [] };
const model = "llama3.2";

const passed = (at = 0): Observation => ({ kind: "probe_passed", at, result });
const statusOf = (reason: FailureReason) => reason.startsWith("http_") ? Number(reason.slice(5)) : undefined;
const failed = (reason: FailureReason, at = 0): Observation => ({
  kind: "probe_failed",
  at,
  reason,
  status: statusOf(reason),
});
const succeeded = (at = 0): Observation => ({ kind: "request_succeeded", at, model });
const broke = (reason: FailureReason, more: Partial<Extract<Observation, { kind: "request_failed" }>> = {}) => {
  const failure = { kind: "request_failed", at: 0, model, phase: "headers", reason, status: statusOf(reason) } as const;
  return { ...failure, ...more };
};

function after(start: Partial<HealthState>, ...observations: Observation[]): HealthState {
  return observations.reduce((state, one) => nextHealth(state, one, settings), { ...initialHealth, ...start });
}

const up: Partial<HealthState> = { reach: { kind: "up", failures: 0 } };
const down = (passes = 0, checks = 1): Partial<HealthState> => ({
  reach: { kind: "down", reason: "connect_refused", passes, checks },
});

Deno.test("nextHealth() believes the first health check", () => {
  assertEquals(after({}, passed()).reach, { kind: "up", failures: 0 });
  assertEquals(after({}, failed("dns")).reach, { kind: "down", reason: "dns", passes: 0, checks: 1 });
});

Deno.test("nextHealth() marks down after three failed health checks in a row", () => {
  const two = after(up, failed("reset"), failed("http_503", 1));
  assertEquals(two.reach, { kind: "up", failures: 2, reason: "http_503" });
  assertEquals(after(two, failed("reset")).reach, { kind: "down", reason: "reset", passes: 0, checks: 1 });
  assertEquals(after(two, passed(), failed("reset"), failed("reset")).reach.kind, "up");
});

Deno.test("nextHealth() marks up after three passed health checks in a row", () => {
  const two = after(down(), passed(), passed());
  assertEquals(two.reach, { kind: "down", reason: "connect_refused", passes: 2, checks: 3 });
  assertEquals(after(two, passed()).reach, { kind: "up", failures: 0 });
  assertEquals(after(two, failed("reset")).reach, { kind: "down", reason: "reset", passes: 0, checks: 4 });
});

Deno.test("nextHealth() marks down at once when a request cannot reach the backend", () => {
  const reasons: FailureReason[] = ["connect_refused", "connect_timeout", "dns", "tls", "unreachable", "unresponsive"];
  for (const reason of reasons) {
    assertEquals(after(up, broke(reason)).reach, { kind: "down", reason, passes: 0, checks: 0 }, reason);
  }
});

Deno.test("nextHealth() does not let a request undo what health checks have seen since", () => {
  assertEquals(after(down(2), broke("connect_refused")).reach, down(2).reach);
});

Deno.test("nextHealth() marks up at once when a request succeeds", () => {
  for (const reach of [down().reach!, { kind: "unknown" }, { kind: "misconfigured", reason: "http_401" }] as Reach[]) {
    assertEquals(after({ reach }, succeeded(7)).reach, { kind: "up", failures: 0 });
  }
  assertEquals(after(up, succeeded(7)).lastSuccessAt, 7);
});

Deno.test("nextHealth() lets a request's success outweigh failing health checks for half a minute", () => {
  const failing = [1, 2, 3, 4].map((n) => failed("http_503", n * 1_000));
  assertEquals(after(up, succeeded(0), ...failing).reach, { kind: "up", failures: 4, reason: "http_503" });
  assertEquals(after(up, succeeded(0), ...failing, failed("http_503", 30_000)).reach.kind, "down");
});

Deno.test("nextHealth() does not let a success outweigh that the backend is out of reach", () => {
  const failing = [1, 2, 3].map((n) => failed("connect_refused", n));
  assertEquals(after(up, succeeded(0), ...failing).reach.kind, "down");
});

Deno.test("nextHealth() takes a health check's 401, 402, 403 or missing token for a wrong setting, not an outage", () => {
  for (const reason of ["http_401", "http_402", "http_403", "no_credential"] as const) {
    for (const start of [{}, up, down()]) {
      assertEquals(after(start, failed(reason)).reach, { kind: "misconfigured", reason }, reason);
    }
  }
  const misconfigured = after({}, failed("http_401", 0));
  assertEquals(after(misconfigured, passed()).reach, { kind: "up", failures: 0 });
});

Deno.test("nextHealth() takes a health check's 429 for a sign of life", () => {
  const limited = failed("http_429", 0);
  assertEquals(after(up, limited, limited, limited).reach, { kind: "up", failures: 0 });
  assertEquals(after(down(2), limited).reach, { kind: "up", failures: 0 });
  const misconfigured: Reach = { kind: "misconfigured", reason: "http_401" };
  assertEquals(after({ reach: misconfigured }, limited).reach, misconfigured);
});

Deno.test("nextHealth() leaves a backend alone after 429, which is no outage", () => {
  const rested = after(up, broke("http_429", { at: 1_000, retryAfterMs: 20_000 }));
  assertEquals(rested, { ...initialHealth, ...up, cooldown: { until: 21_000, reason: "http_429" } });
  assertEquals(after(up, broke("http_429", { at: 1_000 })).cooldown?.until, 6_000);
  assertEquals(after(up, broke("http_503", { at: 0, retryAfterMs: 500 })).cooldown, { until: 500, reason: "http_503" });
});

Deno.test("nextHealth() lets no later 429 cut a pause short", () => {
  const rested = after(up, broke("http_429", { retryAfterMs: 60_000 }), broke("http_429", { at: 100 }));
  assertEquals(rested.cooldown?.until, 60_000);
  assertEquals(after(rested, broke("http_429", { at: 200, retryAfterMs: 90_000 })).cooldown?.until, 90_200);
});

Deno.test("nextHealth() ejects a backend for a minute when its token or credit is refused", () => {
  for (const reason of ["http_401", "http_402", "no_credential"] as const) {
    const state = after(up, broke(reason));
    assertEquals(state.breaker, { kind: "open", until: 60_000, reason, ejections: 1, generation: 0 });
    assertEquals(state.reach.kind, "up");
  }
});

Deno.test("nextHealth() ejects only the model after 403", () => {
  const state = after(up, broke("http_403"));
  assertEquals(state.breaker, closedBreaker);
  assertEquals(Object.keys(state.modelBreakers), [model]);
  assertEquals(state.modelBreakers[model].kind, "open");
});

Deno.test("nextHealth() ejects the backend after three failures of the server in a row", () => {
  const reasons = ["http_502", "reset", "stalled"] as const;
  const two = after(up, broke("http_502"), broke("reset"));
  assertEquals(two.breaker.kind, "closed");
  assertEquals(after(up, ...reasons.map((reason) => broke(reason))).breaker.kind, "open");
  assertEquals(after(two, succeeded(), broke("stalled")).breaker.kind, "closed");
});

Deno.test("nextHealth() ejects a model after three failures of it, which count half for the backend", () => {
  const three = after(up, broke("http_500"), broke("incomplete"), broke("malformed"));
  assertEquals([three.modelBreakers[model].kind, three.breaker.kind], ["open", "closed"]);
  const others = ["a", "b", "c"].map((name) => broke("backend_error", { model: name }));
  assertEquals(after(three, ...others).breaker.kind, "open");
});

Deno.test("nextHealth() forgets a model's failures when it succeeds", () => {
  const state = after(up, broke("http_500"), broke("http_500"), succeeded());
  assertEquals([state.modelBreakers, state.breaker], [{}, closedBreaker]);
});

Deno.test("nextHealth() holds nothing against a backend for what is the client's fault", () => {
  for (const reason of ["http_400", "http_404", "http_422", "busy", "ejected", "untranslatable"] as const) {
    const start = { ...initialHealth, ...up };
    assertStrictEquals(nextHealth(start, broke(reason), settings), start, reason);
  }
});

Deno.test("nextHealth() lets a backend that came back from being down be tried at once", () => {
  const ejected = after(up, broke("reset"), broke("reset"), broke("reset", { at: 1_000 }));
  assertEquals(acquire(ejected, model, 2_000, 1), undefined);
  const back = after(ejected, broke("connect_refused"), passed(1_500), passed(1_700), passed(2_000));
  assertEquals([back.reach.kind, back.breaker.kind === "open" && back.breaker.until], ["up", 2_000]);
  assertEquals(acquire(back, model, 2_000, 1)?.isProbe, true);
});

Deno.test("nextHealth() forgets failures at a whole answer, not at a first byte", () => {
  const began: Observation = { kind: "request_began", at: 1, model, firstByteMs: 5 };
  const broken = broke("reset", { phase: "streaming", at: 2 });
  assertEquals(after(up, began, broken, began, broken, began, broken).breaker.kind, "open");
  const twice = after(up, began, broken, began, broken);
  assertEquals(after(twice, began, succeeded(3), began, broken).breaker.kind, "closed");
});

Deno.test("nextHealth() takes a first byte as a sign of life", () => {
  const began: Observation = { kind: "request_began", at: 7, model, firstByteMs: 5 };
  const state = after(down(), began);
  assertEquals([state.reach, state.lastSuccessAt], [{ kind: "up", failures: 0 }, 7]);
});

const lost = (reason: "offline" | "portal" = "offline", at = 0): Observation => ({ kind: "network_lost", at, reason });
const back = (at = 0): Observation => ({ kind: "network_back", at });

Deno.test("nextHealth() takes a backend for down at once when the network is lost", () => {
  const starts: Reach[] = [
    { kind: "unknown" },
    { kind: "up", failures: 0 },
    { kind: "down", reason: "dns", passes: 2, checks: 7 },
    { kind: "misconfigured", reason: "http_401" },
  ];
  for (const reach of starts) {
    assertEquals(after({ reach, lastSuccessAt: 0 }, lost()).reach, {
      kind: "down",
      reason: "offline",
      passes: 0,
      checks: 0,
    }, reach.kind);
  }
});

Deno.test("nextHealth() goes by what failing checks say only where a lost network does not explain it", () => {
  const table: [loss: "offline" | "portal", seen: FailureReason, shown: Reach][] = [
    ["offline", "dns", { kind: "down", reason: "offline", passes: 0, checks: 2 }],
    ["offline", "unreachable", { kind: "down", reason: "offline", passes: 0, checks: 2 }],
    ["offline", "unresponsive", { kind: "down", reason: "offline", passes: 0, checks: 2 }],
    ["offline", "http_502", { kind: "down", reason: "http_502", passes: 0, checks: 2 }],
    ["offline", "http_401", { kind: "misconfigured", reason: "http_401" }],
    ["offline", "http_429", { kind: "up", failures: 0 }],
    ["portal", "tls", { kind: "down", reason: "portal", passes: 0, checks: 2 }],
    ["portal", "redirect", { kind: "down", reason: "portal", passes: 0, checks: 2 }],
    ["portal", "http_511", { kind: "down", reason: "portal", passes: 0, checks: 2 }],
    ["portal", "no_credential", { kind: "misconfigured", reason: "no_credential" }],
  ];
  for (const [loss, seen, shown] of table) {
    assertEquals(after(up, lost(loss), failed(seen, 1), failed(seen, 2)).reach, shown, `${loss} ${seen}`);
  }
});

Deno.test("nextHealth() believes one passed check, or one request, more than a network that is said to be lost", () => {
  for (const loss of ["offline", "portal"] as const) {
    assertEquals(after(up, lost(loss), passed(1)).reach, { kind: "up", failures: 0 });
    assertEquals(after(up, lost(loss), failed("dns", 1), passed(2)).reach, { kind: "up", failures: 0 });
    assertEquals(after(up, lost(loss), succeeded(1)).reach, { kind: "up", failures: 0 });
    const began: Observation = { kind: "request_began", at: 1, model, firstByteMs: 5 };
    assertEquals(after(up, lost(loss), began).reach, { kind: "up", failures: 0 });
  }
  const proven = after(up, lost(), passed(1), failed("dns", 2), failed("dns", 3), failed("dns", 4));
  assertEquals(proven.reach, { kind: "down", reason: "dns", passes: 0, checks: 1 });
});

Deno.test("nextHealth() makes what was down unknown when the network is back, and leaves the rest", () => {
  assertEquals(after(up, lost(), failed("dns"), back()).reach, { kind: "unknown" });
  assertEquals(after(down(), back()).reach, { kind: "unknown" });
  for (const reach of [up.reach!, { kind: "misconfigured", reason: "http_401" }, { kind: "unknown" }] as Reach[]) {
    assertEquals(after({ reach }, back()).reach, reach);
  }
  assertEquals(after(up, lost(), back(), failed("dns")).reach, { kind: "down", reason: "dns", passes: 0, checks: 1 });
});
