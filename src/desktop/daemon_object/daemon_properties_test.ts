import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { AppState, BackendState } from "../../state/app_state.ts";
import { initialState, statusReport } from "../../state/status_report.ts";
import { daemonProperties, differing, toldOf } from "./daemon_properties.ts";

const facts = { address: "http://127.0.0.1:11435", version: "1.2.3", isBeside: false };
const state = (backends: readonly BackendState[]): AppState => ({ ...initialState("local-first"), backends });
const report = (state: AppState, now = 0) =>
  statusReport(state, { now, uptimeMs: 0, listen: facts.address, version: facts.version, pid: 1 });

const ejected = (reason: "http_500" | "reset") =>
  backendState({}, { health: { breaker: { kind: "open", until: 60_000, reason, ejections: 1, generation: 1 } } });

Deno.test("daemonProperties() are those of the state when they are read", () => {
  let now = state([]);
  const properties = daemonProperties(() => report(now), facts);
  const read = () => Object.fromEntries(Object.entries(properties).map(([name, { get }]) => [name, get()]));
  assertEquals(read(), {
    Address: facts.address,
    Version: "1.2.3",
    Beside: false,
    State: "down",
    Mode: "local-first",
    ModeInForce: "local-first",
    ActiveBackend: "",
    Backends: [],
  });
  now = { ...state([backendState(cloudInput, { latencyMs: 12.5 })]), mode: "cloud-first" };
  const { State, Mode, ModeInForce, ActiveBackend, Backends } = read();
  assertEquals([State, Mode, ModeInForce, ActiveBackend], ["connected", "local-first", "cloud-first", "cloud"]);
  assertEquals(Backends, [{
    id: { signature: "s", value: "cloud" },
    kind: { signature: "s", value: "openai" },
    url: { signature: "s", value: cloudInput.url },
    location: { signature: "s", value: "cloud" },
    enabled: { signature: "b", value: true },
    routable: { signature: "b", value: true },
    health: { signature: "s", value: "up" },
    models: { signature: "as", value: ["llama3.2"] },
    latencyMs: { signature: "d", value: 12.5 },
  }]);
});

Deno.test("differing() names what listeners do not know yet", () => {
  const before = toldOf(report(state([backendState({}, { latencyMs: 1 })])));
  const after = (next: AppState, now = 0) => differing(before, toldOf(report(next, now)));
  assertEquals(after(state([backendState({}, { latencyMs: 900, inFlight: 3, firstByteMs: 7 })])), []);
  assertEquals(after({ ...state([backendState()]), chosenMode: "fastest" }), ["Mode"]);
  assertEquals(after(state([backendState({}, { has: ["qwen3"] })])), ["Backends"]);
  assertEquals(after(state([ejected("reset")])), ["State", "ActiveBackend", "Backends"]);
});

Deno.test("differing() does not count down", () => {
  const told = (reason: "http_500" | "reset", now: number) => toldOf(report(state([ejected(reason)]), now));
  assertEquals(differing(told("reset", 0), told("reset", 30_000)), []);
  assertEquals(differing(told("reset", 0), told("http_500", 0)), ["Backends"]);
});
