import { assertEquals } from "@std/assert";
import { linePath, roundTop, stackedBars } from "./plot.ts";

const box = { width: 100, height: 10 };

Deno.test("roundTop() is the next 1, 2 or 5 times a power of ten", () => {
  const cases = [[0, 1], [0.4, 1], [1, 1], [1.1, 2], [2, 2], [3, 5], [7, 10], [51, 100], [1_200, 2_000], [2e6, 2e6]];
  for (const [most, top] of cases) assertEquals(roundTop(most), top, String(most));
});

Deno.test("linePath() leaves gaps, and shows a value that stands alone", () => {
  assertEquals(linePath([0, 10, null, 5, null], box, 10), "M10 10L30 0M64 5H76");
  assertEquals(linePath([null, null], box, 1), "");
  assertEquals(linePath([2], box, 2), "M20 0H80");
});

Deno.test("stackedBars() stacks from below", () => {
  assertEquals(stackedBars([[4, 6], [0, 0]], box, 10), [
    { x: 6, width: 38, parts: [{ y: 6, height: 4 }, { y: 0, height: 6 }] },
    { x: 56, width: 38, parts: [{ y: 10, height: 0 }, { y: 10, height: 0 }] },
  ]);
});
