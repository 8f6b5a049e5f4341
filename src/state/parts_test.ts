import { assertEquals, assertStrictEquals } from "@std/assert";
import type { PartSeen } from "../core/part_seen.ts";
import { partStatus, withPart } from "./parts.ts";
import { initialState } from "./status_report.ts";

const failed = (reason: string): PartSeen => ({ state: "failed", reason });

Deno.test("withPart() remembers since when, and how often it failed, by name in order", () => {
  const steps: [name: string, seen: PartSeen][] = [
    ["tray", { state: "running" }],
    ["app link", { state: "off" }],
    ["tray", failed("no bus")],
    ["tray", failed("no bus at all")],
    ["tray", { state: "running" }],
    ["tray", failed("gone")],
  ];
  const state = steps.reduce((before, [name, seen], i) => withPart(before, name, seen, i), initialState("local-first"));
  assertEquals(state.parts.map(partStatus), [
    { name: "app link", state: "off", reason: null, since: "1970-01-01T00:00:00.001Z", failures: 0 },
    { name: "tray", state: "failed", reason: "gone", since: "1970-01-01T00:00:00.005Z", failures: 2 },
  ]);
});

Deno.test("withPart() keeps the time of a state whose reason changes", () => {
  const first = withPart(initialState("local-first"), "keyring", { state: "waiting", reason: "locked" }, 10);
  const next = withPart(first, "keyring", { state: "waiting", reason: "still locked" }, 20);
  assertEquals(next.parts, [
    { name: "keyring", seen: { state: "waiting", reason: "still locked" }, since: 10, failures: 0 },
  ]);
});

Deno.test("withPart() gives the same object when nothing is new, so that nobody is told", () => {
  const state = withPart(initialState("local-first"), "tray", failed("no bus"), 1);
  assertStrictEquals(withPart(state, "tray", failed("no bus"), 2), state);
});
