import { assertEquals } from "@std/assert";
import { parseDurationMs } from "./parse_duration.ts";

Deno.test("parseDurationMs() knows hours, minutes and seconds, and takes nothing else for a time", () => {
  const table: [text: string, ms: number | undefined][] = [
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["1h", 3_600_000],
    ["1h30m", 5_400_000],
    ["1H5s", 3_605_000],
    ["24h", 86_400_000],
    ["", undefined],
    ["0m", undefined],
    ["60", undefined],
    ["h", undefined],
    ["-1h", undefined],
    ["1.5h", undefined],
    ["1m1h", undefined],
    ["1h 30m", undefined],
    ["1d", undefined],
    ["9999999h", undefined],
  ];
  for (const [text, ms] of table) assertEquals(parseDurationMs(text), ms, text);
});
