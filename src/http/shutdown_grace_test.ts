import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { ShutdownGrace } from "./shutdown_grace.ts";

function scene() {
  const clock = new FakeClock();
  const seen: string[] = [];
  const grace = new ShutdownGrace(clock, () => seen.push("end answers"));
  grace.over.then(() => seen.push("cut"));
  return { clock, seen, grace };
}

Deno.test("ShutdownGrace ends answers after the grace, and lets cut after the last words", async () => {
  const { clock, seen, grace } = scene();
  grace.endAfter(10_000);
  await clock.advance(9_999);
  assertEquals(seen, []);
  await clock.advance(1);
  assertEquals(seen, ["end answers"]);
  await clock.advance(1_999);
  assertEquals(seen, ["end answers"]);
  await clock.advance(1);
  assertEquals([seen, clock.pending], [["end answers", "cut"], 0]);
});

Deno.test("ShutdownGrace becomes shorter when told, never longer, and answers end once", async () => {
  const { clock, seen, grace } = scene();
  grace.endAfter(10_000);
  await clock.advance(1_000);
  grace.endAfter(20_000);
  grace.endAfter(0);
  await clock.advance(0);
  assertEquals(seen, ["end answers"]);
  grace.endAfter(0);
  await clock.advance(2_000);
  assertEquals([seen, clock.pending], [["end answers", "cut"], 0]);
});

Deno.test("ShutdownGrace leaves no timer once nothing runs", async () => {
  const { clock, seen, grace } = scene();
  grace.endAfter(10_000);
  grace.close();
  grace.endAfter(0);
  await clock.advance(20_000);
  assertEquals([seen, clock.pending], [[], 0]);
});
