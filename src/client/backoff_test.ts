import { assertEquals } from "@std/assert";
import { backoffMs, defaultBackoff } from "./backoff.ts";

Deno.test("backoffMs() doubles from 100 ms to 5 s", () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6, 7].map((failure) => backoffMs(failure, defaultBackoff, 0));
  assertEquals(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  assertEquals(backoffMs(10_000, defaultBackoff, 0), 5000);
});

Deno.test("backoffMs() leaves half of a pause to chance", () => {
  const pauses = [0, 0.5, 1].map((random) => backoffMs(1, defaultBackoff, random));
  assertEquals(pauses, [200, 150, 100]);
  assertEquals(backoffMs(1, { ...defaultBackoff, jitter: 0 }, 1), 200);
});
