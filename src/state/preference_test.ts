import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import type { RouteMode } from "../core/types.ts";
import { byPreference, compareRanks, isAllowed } from "./preference.ts";

Deno.test("isAllowed() leaves out the other side only in the modes that say so", () => {
  const table: [RouteMode, local: boolean, cloud: boolean][] = [
    ["local-first", true, true],
    ["cloud-first", true, true],
    ["fastest", true, true],
    ["local-only", true, false],
    ["cloud-only", false, true],
  ];
  for (const [mode, local, cloud] of table) {
    assertEquals([isAllowed("local", mode), isAllowed("cloud", mode)], [local, cloud], mode);
  }
});

Deno.test("compareRanks() lets the first number that differs decide", () => {
  assertEquals(compareRanks([0, 2, 9], [0, 3, 1]), -1);
  assertEquals(compareRanks([1, 0], [0, 9]), 1);
  assertEquals(compareRanks([Infinity, 1], [Infinity, 1]), 0);
  assertEquals(compareRanks([Infinity, 1], [Infinity, 2]), -1);
});

const desktop = backendState({ id: "desktop", priority: 2 }, { firstByteMs: 300, latencyMs: 2 });
const server = backendState({ id: "server", priority: 1 }, { firstByteMs: 900, latencyMs: 5 });
const cloud = backendState({ ...cloudInput, priority: 1 }, { firstByteMs: 400, latencyMs: 90 });
const off = backendState({ id: "off", enabled: false });
const all = [cloud, desktop, off, server];

const ids = (mode: RouteMode, backends = all) =>
  byPreference(backends, { mode, now: 400_000 }).map(({ config }) => config.id);

Deno.test("byPreference() orders by the mode, then by priority, and leaves out what is switched off", () => {
  assertEquals(ids("local-first"), ["server", "desktop", "cloud"]);
  assertEquals(ids("cloud-first"), ["cloud", "server", "desktop"]);
  assertEquals(ids("local-only"), ["server", "desktop"]);
  assertEquals(ids("cloud-only"), ["cloud"]);
});

Deno.test("byPreference() in mode fastest goes by time to first byte, then latency, then priority", () => {
  assertEquals(ids("fastest"), ["desktop", "cloud", "server"]);
  const untried = backendState({ id: "untried" }, { latencyMs: 350 });
  assertEquals(ids("fastest", [...all, untried]), ["desktop", "untried", "cloud", "server"]);
  const [a, b] = [backendState({ id: "a", priority: 2 }), backendState({ id: "b", priority: 1 })];
  assertEquals(ids("fastest", [a, b, server]), ["server", "b", "a"]);
});

Deno.test("byPreference() in mode fastest forgets a time to first byte that is old", () => {
  const slowOnce = (lastSuccessAt: number) =>
    backendState({ id: "cold", priority: 5 }, { firstByteMs: 30_000, latencyMs: 3, health: { lastSuccessAt } });
  assertEquals(ids("fastest", [slowOnce(399_000), cloud]), ["cloud", "cold"]);
  assertEquals(ids("fastest", [slowOnce(99_000), cloud]), ["cold", "cloud"]);
});
