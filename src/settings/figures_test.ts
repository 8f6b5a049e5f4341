import { assertEquals } from "@std/assert";
import { countText, durationText } from "./figures.ts";

Deno.test("countText() fits into a tile", () => {
  const cases: [number, string][] = [[0, "0"], [950, "950"], [1_000, "1k"], [12_345, "12.3k"], [999_999, "1000k"], [
    4.5e6,
    "4.5M",
  ], [2e9, "2G"]];
  for (const [count, text] of cases) assertEquals(countText(count), text);
});

Deno.test("durationText() says short times", () => {
  const cases: [number, string][] = [[0.4, "0 ms"], [8, "8 ms"], [1_240, "1.2 s"], [119_000, "119 s"], [
    180_000,
    "3 min",
  ]];
  for (const [ms, text] of cases) assertEquals(durationText(ms), text);
});
