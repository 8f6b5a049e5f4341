import { assertEquals } from "@std/assert";
import { parseSince } from "./parse_since.ts";

const now = Date.parse("2026-01-10T12:00:00Z");
const hourMs = 3_600_000;

Deno.test("parseSince() takes how long ago, days and moments, and nothing else", () => {
  for (const [text, ms] of [["90m", 1.5], ["24h", 24], ["7d", 168], ["4W", 672], ["0m", 0]] as const) {
    assertEquals(parseSince(text, now), now - ms * hourMs, text);
  }
  assertEquals(parseSince("2026-01-05", now), new Date(2026, 0, 5).getTime());
  assertEquals(parseSince("2026-01-05T10:00:00Z", now), Date.parse("2026-01-05T10:00:00Z"));
  assertEquals(parseSince("2026-01-05T10:00+01:00", now), Date.parse("2026-01-05T09:00:00Z"));
  for (
    const text of ["", "7", "d", "-7d", "7 d", "1h30m", "yesterday", "2026-13-05", "2026-01-05T25:00", "1767225600000"]
  ) {
    assertEquals(parseSince(text, now), undefined, text);
  }
});
