import { assertEquals, assertStringIncludes } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import { type RouteMode, routeModes } from "../core/types.ts";
import type { BackendState, ModeCause } from "../state/app_state.ts";
import type { HealthState } from "../state/health_state.ts";
import { orderCandidates, type Wanted } from "./candidates.ts";

const now = 100_000;
const down: Partial<HealthState> = { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 1 } };
const local = (seen: Parameters<typeof backendState>[1] = {}) => backendState({}, seen);
const cloud = (seen: Parameters<typeof backendState>[1] = {}) => backendState(cloudInput, seen);
const privacy = { localModels: ["llama3.2"], localApps: ["cursor"] };
const cap: ModeCause = { kind: "cap", cap: 1_000, tokens: 1_234, until: new Date(2026, 11, 1).getTime() };

function order(
  backends: BackendState[],
  wanted: Partial<Wanted> = {},
  options: { mode?: RouteMode; modeCause?: ModeCause } = {},
) {
  const { mode = "local-first", modeCause } = options;
  return orderCandidates({ model: "llama3.2", class: "inference", ...wanted }, backends, {
    mode,
    modeCause,
    privacy,
    now,
  });
}
const ids = (list: ReturnType<typeof order>) => list.candidates.map(({ id }) => id);

Deno.test("orderCandidates() asks no cloud for what must stay, in no mode", () => {
  const seen = { firstByteMs: 1 };
  for (const mode of routeModes) {
    const list = order([local(), cloud(seen)], {}, { mode });
    assertEquals([ids(list), list.keptOut?.code], [mode === "cloud-only" ? [] : ["local"], "must_stay_local"], mode);
    const other = order([local(), cloud(seen)], { model: "qwen3" }, { mode });
    assertEquals(other.keptOut, undefined);
    assertEquals(ids(other).includes("cloud"), mode !== "local-only", mode);
  }
});

Deno.test("orderCandidates() keeps every class of request of a ruled program or model", () => {
  const ollamaCloud = backendState({ ...cloudInput, kind: "ollama" });
  for (const wanted of [{ model: "LLAMA3.2:latest" }, { model: "qwen3", app: "Cursor" }]) {
    for (const requestClass of ["inference", "embedding", "control", "bound"] as const) {
      assertEquals(ids(order([local(), ollamaCloud], { ...wanted, class: requestClass })), ["local"]);
      const pinned = order([local(), ollamaCloud], { ...wanted, class: requestClass, pinned: "cloud" });
      assertEquals(ids(pinned), []);
      if (requestClass !== "control") assertEquals(pinned.refusal?.status, 403);
    }
  }
});

Deno.test("orderCandidates() refuses with 403 where only forbidden backends could answer", () => {
  const table: [name: string, BackendState[], Partial<Wanted>, RouteMode, words: string][] = [
    ["only a cloud", [cloud()], {}, "local-first", "No local backend may be asked, and requests for model"],
    ["pinned", [local(), cloud()], { pinned: "cloud" }, "local-first", 'Backend "cloud" is not asked'],
    ["cloud-only", [local(), cloud()], {}, "cloud-only", "No local backend may be asked"],
    [
      "a stub",
      [local({ has: [{ name: "mine", remoteHost: "https://ollama.com" }] })],
      { model: "mine", app: "cursor" },
      "local-first",
      'Model "mine" runs in the cloud',
    ],
    ["a name of the cloud", [local()], { model: "kimi:cloud", app: "cursor" }, "fastest", "runs in the cloud"],
  ];
  for (const [name, backends, wanted, mode, words] of table) {
    const { refusal } = order(backends, wanted, { mode });
    assertEquals([refusal?.status, refusal?.code], [403, "must_stay_local"], name);
    assertStringIncludes(refusal!.message, words, name);
    assertStringIncludes(refusal!.message, "change that rule", name);
  }
});

Deno.test("orderCandidates() says what it always said where no cloud is kept out", () => {
  const { refusal, keptOut } = order([backendState({ enabled: false })]);
  assertEquals([refusal?.status, keptOut], [503, undefined]);
  assertEquals(order([local()], { pinned: "gone" }).refusal?.status, 404);
});

Deno.test("orderCandidates() tries what is down in place of what is forbidden", () => {
  const list = order([local({ health: down }), cloud()]);
  assertEquals([ids(list), list.lastResort, list.keptOut?.hasModel], [["local"], true, true]);
});

Deno.test("orderCandidates() tells a reached cap from other reasons for local-only", () => {
  const options = { mode: "local-only", modeCause: cap } as const;
  const free = { model: "qwen3" };
  assertEquals(ids(order([local({ has: ["qwen3"] }), cloud()], free, options)), ["local"]);
  const { refusal } = order([cloud()], free, options);
  assertEquals([refusal?.status, refusal?.code], [429, "cloud_cap_reached"]);
  assertStringIncludes(refusal!.message, "cap of 1,000 cloud tokens is reached (1,234 used) until 1 December");
  assertEquals(order([local(), cloud()], { ...free, pinned: "cloud" }, options).refusal?.status, 429);
  assertEquals(order([local()], { model: "kimi:cloud" }, options).refusal?.status, 429);
  assertEquals(
    order([local(), cloud()], { pinned: "cloud" }, options).refusal?.status,
    403,
    "the rule outlasts the cap",
  );
  assertEquals(order([cloud()], free, { mode: "local-only" }).refusal?.status, 503);
});

Deno.test("orderCandidates() shows whom the client takes away in their turn, and does not count on them", () => {
  const free = { model: "qwen3" };
  const has = { has: ["qwen3"] };
  const taken = order([local(has), cloud(has)], { ...free, without: ["local"] });
  assertEquals(taken.candidates.map(({ id, isTakenAway = false }) => [id, isTakenAway]), [["local", true], [
    "cloud",
    false,
  ]]);
  const later = order([local(has), cloud(has)], { ...free, without: ["cloud"] });
  assertEquals(ids(later), ["local", "cloud"]);
  const downCloud = order([local(has), cloud({ ...has, health: down })], { ...free, without: ["local"] });
  assertEquals([ids(downCloud), downCloud.lastResort], [["local", "cloud"], true]);
  const nobody = order([local(has), cloud(has)], { ...free, without: ["local", "cloud"] });
  assertEquals([nobody.refusal?.status, ids(nobody)], [503, ["local", "cloud"]]);
  assertStringIncludes(nobody.refusal!.message, "x-broker-without takes away local, cloud");
});

Deno.test("orderCandidates() lets no taken away backend make an embedding another model's", () => {
  const mapped = backendState({ ...cloudInput, models: { "nomic": "other" } });
  const list = order([local({ has: ["nomic"] }), mapped], { model: "nomic", class: "embedding", without: ["local"] });
  assertEquals([list.refusal?.status, ids(list)], [503, ["local"]]);
});
