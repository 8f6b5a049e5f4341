import { assertEquals } from "@std/assert";
import {
  type Crash,
  crashesInLastDay,
  crashOf,
  parseCrashes,
  parseRunMark,
  type RunMark,
  withCrashes,
} from "./crash.ts";

const hourMs = 3_600_000;
const now = Date.parse("2026-03-01T12:00:00Z");
const mark: RunMark = { pid: 7, version: "1.0.0", startedAt: "2026-03-01T08:00:00.000Z", bootId: "a", error: null };
const lastAliveAt = new Date(now - hourMs);

const crash = (hoursAgo: number, rest: Partial<Crash> = {}): Crash => ({
  pid: 7,
  version: "1.0.0",
  startedAt: null,
  lastAliveAt: new Date(now - hoursAgo * hourMs).toISOString(),
  isWithMachine: false,
  error: null,
  ...rest,
});

Deno.test("crashOf() lays it to the machine only where that was started since, and no error was noted", () => {
  const isWithMachine = (rest: Partial<RunMark>, bootId: string | null) =>
    crashOf({ ...mark, ...rest }, { lastAliveAt, bootId }).isWithMachine;
  assertEquals(isWithMachine({}, "a"), false);
  assertEquals(isWithMachine({}, "b"), true);
  assertEquals(isWithMachine({}, null), false);
  assertEquals(isWithMachine({ bootId: null }, "b"), false);
  assertEquals(isWithMachine({ error: "TypeError: x" }, "b"), false);
});

Deno.test("crashOf() sees nobody alive before the start", () => {
  const soon = new Date(Date.parse(mark.startedAt) - 4);
  assertEquals(crashOf(mark, { lastAliveAt: soon, bootId: "a" }).lastAliveAt, mark.startedAt);
});

Deno.test("crashOf() tells of a mark that cannot be read what is known", () => {
  assertEquals(crashOf(undefined, { lastAliveAt, bootId: "a" }), {
    pid: null,
    version: null,
    startedAt: null,
    lastAliveAt: "2026-03-01T11:00:00.000Z",
    isWithMachine: false,
    error: null,
  });
});

Deno.test("withCrashes() orders, forgets after 30 days but never the last, and keeps 50", () => {
  const day = 24;
  assertEquals(withCrashes([crash(3)], [crash(5), crash(1)], now), [crash(5), crash(3), crash(1)]);
  assertEquals(withCrashes([crash(40 * day), crash(31 * day)], [], now), [crash(31 * day)]);
  const many = Array.from({ length: 70 }, (_, hours) => crash(70 - hours));
  assertEquals(withCrashes(many, [], now), many.slice(20));
});

Deno.test("crashesInLastDay() counts those of the daemon alone", () => {
  assertEquals(crashesInLastDay([crash(25), crash(23), crash(2, { isWithMachine: true }), crash(1)], now), 2);
});

Deno.test("parseRunMark() takes what was written, and nothing that was not written to its end", () => {
  assertEquals(parseRunMark(JSON.stringify(mark)), mark);
  for (const text of ["", "{", "null", "[]", '"x"', JSON.stringify({ ...mark, startedAt: "soon" })]) {
    assertEquals(parseRunMark(text), undefined, text);
  }
});

Deno.test("parseCrashes() leaves out what is no crash", () => {
  const crashes = [crash(1), null, 5, { lastAliveAt: "x" }];
  assertEquals(parseCrashes(JSON.stringify({ version: 1, crashes })), [crash(1)]);
  for (const text of ["", "null", '{"crashes":5}']) assertEquals(parseCrashes(text), []);
});

Deno.test("crashOf() keeps the beginning of an error that goes on for ever", () => {
  const { error } = crashOf({ ...mark, error: "x".repeat(60_000) }, { lastAliveAt: new Date(0), bootId: null });
  assertEquals(error?.length, 2_000);
});
