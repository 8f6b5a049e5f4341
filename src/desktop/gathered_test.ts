import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Gathered } from "./gathered.ts";

function scene() {
  const clock = new FakeClock();
  const calls: number[] = [];
  return { clock, calls, gathered: new Gathered(() => calls.push(clock.monotonic()), { clock, everyMs: 100 }) };
}

Deno.test("Gathered calls at once, and later once for all that was asked meanwhile", async () => {
  const { clock, calls, gathered } = scene();
  for (let i = 0; i < 5; i++) gathered.ask();
  assertEquals([calls, clock.pending], [[0], 1]);
  await clock.advance(1_000);
  assertEquals(calls, [0, 100]);
  gathered.ask();
  assertEquals([calls, clock.pending], [[0, 100, 1_000], 0]);
});

Deno.test("Gathered bounds a flood to one call a period", async () => {
  const { clock, calls, gathered } = scene();
  for (let i = 0; i < 1_000; i++) {
    gathered.ask();
    await clock.advance(1);
  }
  assertEquals(calls, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000].slice(0, calls.length));
  assertEquals(calls.length >= 10, true);
  gathered[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("Gathered forgets what was asked when it is disposed", async () => {
  const { clock, calls, gathered } = scene();
  gathered.ask();
  gathered.ask();
  gathered[Symbol.dispose]();
  await clock.advance(1_000);
  assertEquals([calls, clock.pending], [[0], 0]);
});
