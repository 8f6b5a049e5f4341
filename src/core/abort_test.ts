import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { LinkedAbort } from "./abort.ts";

Deno.test("LinkedAbort aborts with the first of its parents, once", () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const linked = new LinkedAbort(a.signal, b.signal);
  let times = 0;
  linked.signal.addEventListener("abort", () => times++);
  b.abort("b");
  a.abort("a");
  assertEquals([linked.signal.reason, times], ["b", 1]);
});

Deno.test("LinkedAbort is aborted from the start where a parent is", () => {
  const late = new AbortController();
  const linked = new LinkedAbort(late.signal, AbortSignal.abort("gone"));
  assertEquals([linked.signal.aborted, linked.signal.reason], [true, "gone"]);
});

Deno.test("LinkedAbort does not abort its parents", () => {
  const parent = new AbortController();
  new LinkedAbort(parent.signal).abort("own");
  assertEquals(parent.signal.aborted, false);
});

Deno.test("LinkedAbort is cut from its parents and its timers when it is disposed", async () => {
  const clock = new FakeClock();
  const parent = new AbortController();
  const linked = new LinkedAbort(parent.signal).abortAfter(100, { clock, reason: () => "late" });
  linked[Symbol.dispose]();
  assertEquals(clock.pending, 0);
  parent.abort();
  await clock.advance(1_000);
  assertEquals(linked.signal.aborted, false);
});

Deno.test("abortAfter() aborts in time, and leaves no timer when something else aborts first", async () => {
  const clock = new FakeClock();
  const late = new LinkedAbort().abortAfter(100, { clock, reason: () => "late" });
  await clock.advance(99);
  assertEquals(late.signal.aborted, false);
  await clock.advance(1);
  assertEquals(late.signal.reason, "late");
  const parent = new AbortController();
  const left = new LinkedAbort(parent.signal).abortAfter(100, { clock, reason: () => "late" });
  parent.abort("gone");
  assertEquals([left.signal.reason, clock.pending], ["gone", 0]);
});
