import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { sleep, systemClock } from "./clock.ts";

Deno.test("sleep() resolves when its time has come", async () => {
  const clock = new FakeClock();
  let isOver = false;
  const sleeping = sleep(100, { clock }).then(() => isOver = true);
  await clock.advance(99);
  assertEquals(isOver, false);
  await clock.advance(1);
  assertEquals([await sleeping, clock.pending], [true, 0]);
});

Deno.test("sleep() rejects with the signal's reason and leaves no timer", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const sleeping = assertRejects(() => sleep(100, { clock, signal: abort.signal }), Error, "gone");
  abort.abort(new Error("gone"));
  await sleeping;
  assertEquals(clock.pending, 0);
  await assertRejects(() => sleep(100, { clock, signal: abort.signal }), Error, "gone");
  assertEquals(clock.pending, 0);
});

Deno.test("sleep() lets go of the signal", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const sleeping = sleep(1, { clock, signal: abort.signal });
  await clock.advance(1);
  await sleeping;
  abort.abort(new Error("too late to matter"));
  await settle();
});

Deno.test("systemClock never goes back, and its timers can be cancelled", async () => {
  const before = systemClock.monotonic();
  await new Promise<void>((resolve) => systemClock.after(1, resolve));
  assert(systemClock.monotonic() > before);
  assert(Math.abs(systemClock.now() - Date.now()) < 1_000);
  let hasRun = false;
  systemClock.after(1, () => hasRun = true)();
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  assertEquals(hasRun, false);
});
