import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Allowance } from "./allowance.ts";

Deno.test("Allowance gives so much within its time, and as much again after that", async () => {
  const clock = new FakeClock();
  const allowance = new Allowance(clock, { count: 2, perMs: 1_000 });
  const take = (times: number) => Array.from({ length: times }, () => allowance.take());
  assertEquals(take(3), [true, true, false]);
  await clock.advance(999);
  assertEquals(take(1), [false]);
  await clock.advance(1);
  assertEquals(take(3), [true, true, false]);
  await clock.advance(5_000);
  assertEquals(take(3), [true, true, false]);
});
