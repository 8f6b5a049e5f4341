import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { sleep } from "./clock.ts";

Deno.test("sleep() resolves after its time and leaves no timer", async () => {
  const clock = new FakeClock();
  const slept = sleep(100, { clock });
  assertEquals(clock.nextDueMs, 100);
  await clock.advance(100);
  await slept;
  assertEquals(clock.pending, 0);
});

Deno.test("sleep() rejects with the reason of its signal and leaves no timer", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const slept = sleep(100, { clock, signal: abort.signal });
  abort.abort(new Error("Enough"));
  await assertRejects(() => slept, Error, "Enough");
  assertEquals(clock.pending, 0);
});

Deno.test("sleep() rejects, and does not throw, when its signal is aborted already", async () => {
  const clock = new FakeClock();
  const slept = sleep(100, { clock, signal: AbortSignal.abort(new Error("Enough")) });
  await assertRejects(() => slept, Error, "Enough");
  assertEquals(clock.pending, 0);
});
