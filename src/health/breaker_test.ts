import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Breaker, closedBreaker } from "../state/health_state.ts";
import { acquired, closedBy, counted, onProbation, opened, reopened } from "./breaker.ts";

const settings = { failures: 3, ejectMs: 5_000, maxEjectMs: 300_000, forgetMs: 60_000 };
const failure = (at: number, permit?: number) => ({ at, permit, reason: "reset" as const });
const open = (until: number, ejections = 1, generation = 0): Breaker => ({
  kind: "open",
  until,
  reason: "reset",
  ejections,
  generation,
});
const openBreaker = open(9);
const halfOpen = (generation: number, ejections = 1): Breaker => ({
  kind: "half_open",
  reason: "reset",
  ejections,
  generation,
});

Deno.test("counted() opens at the threshold and not before", () => {
  const one = counted(closedBreaker, failure(1), settings, 1);
  const two = counted(one, failure(2), settings, 1);
  assertEquals([one.kind, two.kind], ["closed", "closed"]);
  assertEquals(counted(two, failure(3), settings, 1), open(5_003));
});

Deno.test("counted() counts half weights", () => {
  let breaker = closedBreaker;
  for (let at = 1; at <= 5; at++) breaker = counted(breaker, failure(at), settings, 0.5);
  assertEquals(breaker.kind, "closed");
  assertEquals(counted(breaker, failure(6), settings, 0.5).kind, "open");
});

Deno.test("counted() forgets failures after forgetMs without a new one", () => {
  const two = counted(counted(closedBreaker, failure(0), settings, 1), failure(10), settings, 1);
  assertEquals(counted(two, failure(60_010), settings, 1).kind, "open");
  assertEquals(counted(two, failure(60_011), settings, 1), {
    kind: "closed",
    failures: 1,
    lastFailureAt: 60_011,
    ejections: 0,
  });
});

Deno.test("counted() changes nothing about a breaker that is open", () => {
  assertStrictEquals(counted(openBreaker, failure(5), settings, 1), openBreaker);
});

Deno.test("acquired() lets everything through a closed breaker and nothing through an open one", () => {
  assertEquals(acquired(closedBreaker, 0, 1), { breaker: closedBreaker, isProbe: false });
  assertEquals(acquired(open(10), 9, 1), undefined);
});

Deno.test("acquired() makes the first request after the ejection the only probe", () => {
  const first = acquired(open(10), 10, 7);
  assertEquals(first, { breaker: halfOpen(7), isProbe: true });
  assertEquals(acquired(first!.breaker, 10, 8), undefined);
  assertEquals(acquired(first!.breaker, 1_000_000, 9), undefined);
});

Deno.test("closedBy() lets only the probe's own success close a half-open breaker", () => {
  assertEquals(closedBy(halfOpen(7), 7), closedBreaker);
  for (const stale of [6, undefined]) assertEquals(closedBy(halfOpen(7), stale), halfOpen(7));
  assertStrictEquals(closedBy(openBreaker, 7), openBreaker);
});

Deno.test("closedBy() ends a row of failures", () => {
  const two = counted(counted(closedBreaker, failure(0), settings, 1), failure(1), settings, 1);
  assertEquals(closedBy(two, undefined), closedBreaker);
  assertStrictEquals(closedBy(closedBreaker, undefined), closedBreaker);
});

Deno.test("counted() opens again at once when the probe fails, and not for a stale one", () => {
  assertEquals(counted(halfOpen(7), failure(20, 7), settings, 0.5), open(10_020, 2, 7));
  for (const stale of [6, undefined]) assertEquals(counted(halfOpen(7), failure(20, stale), settings, 1), halfOpen(7));
});

Deno.test("opened() doubles the ejection each time, up to the longest", () => {
  const lengths: number[] = [];
  let breaker = opened(closedBreaker, failure(0), settings, settings.ejectMs);
  for (let permit = 1; permit <= 9; permit++) {
    const at = breaker.kind === "open" ? breaker.until : NaN;
    breaker = opened(acquired(breaker, at, permit)!.breaker, failure(at, permit), settings, settings.ejectMs);
    lengths.push(breaker.kind === "open" ? breaker.until - at : NaN);
  }
  assertEquals(lengths, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000, 300_000]);
});

Deno.test("opened() is as long as the first ejection at least, and starts anew after a success", () => {
  const short = { ...settings, maxEjectMs: 1_000 };
  assertEquals(opened(closedBreaker, failure(0), short, 60_000), open(60_000));
  const closed = closedBy(halfOpen(7, 6), 7);
  assertEquals(opened(closed, failure(0), settings, settings.ejectMs), open(5_000));
});

Deno.test("reopened() gives the probe's place to the next request, but only for its own permit", () => {
  const free = reopened(halfOpen(7), 30, 7);
  assertEquals(free, open(30, 1, 7));
  assertEquals(acquired(free, 30, 8), { breaker: halfOpen(8), isProbe: true });
  for (const other of [halfOpen(8), openBreaker, closedBreaker]) assertStrictEquals(reopened(other, 30, 7), other);
});

Deno.test("onProbation() lets all pass, and the next failure opens for longer", () => {
  const probation = onProbation(halfOpen(7), { at: 100, permit: 7 }, settings);
  assertEquals(probation.kind, "closed");
  assertEquals(counted(probation, failure(200, 7), settings, 1), open(10_200, 2));
  assertEquals(closedBy(probation, 7), closedBreaker);
  const strict = { ...settings, failures: 1 };
  assertEquals(closedBy(onProbation(halfOpen(7), { at: 100, permit: 7 }, strict), 7), closedBreaker);
});

Deno.test("onProbation() changes nothing for any request but the probe", () => {
  for (const breaker of [halfOpen(7), openBreaker, closedBreaker]) {
    assertStrictEquals(onProbation(breaker, { at: 100, permit: 6 }, settings), breaker);
  }
});
