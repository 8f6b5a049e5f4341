import { assertEquals } from "@std/assert";
import { durationText } from "./duration_text.ts";

Deno.test("durationText() says the two largest units", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [3.6, "4 ms"],
    [999.7, "1 s"],
    [59_999, "59 s"],
    [61_000, "1 min 1 s"],
    [3_600_000 * 3 + 60_000 * 12 + 5_000, "3 h 12 min"],
    [86_400_000 * 2 + 3_600_000, "2 d 1 h"],
  ];
  for (const [ms, words] of cases) assertEquals(durationText(ms), words);
});
