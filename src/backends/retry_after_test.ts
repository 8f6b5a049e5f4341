import { assertEquals } from "@std/assert";
import { parseRetryAfterMs } from "./retry_after.ts";

const now = Date.UTC(1994, 10, 6, 8, 49, 7);

Deno.test("parseRetryAfterMs() reads seconds and the three forms of an HTTP date", () => {
  const table: [string | null, number | undefined][] = [
    ["30", 30_000],
    [" 1.5 ", 1_500],
    ["0", 0],
    ["Sun, 06 Nov 1994 08:49:37 GMT", 30_000],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 30_000],
    ["Sun Nov  6 08:49:37 1994", 30_000],
    ["Sun, 06 Nov 1994 08:00:00 GMT", 0],
    ["86400", 3_600_000],
    ["Sun, 06 Nov 2094 08:49:37 GMT", 3_600_000],
  ];
  for (const [value, expected] of table) assertEquals(parseRetryAfterMs(value, now), expected, String(value));
});

Deno.test("parseRetryAfterMs() does not guess", () => {
  for (
    const value of [null, "", "  ", "soon", "-5", "5 apples", "in 3 minutes", "1e3", "Infinity", "Sun", "2094-01-01"]
  ) {
    assertEquals(parseRetryAfterMs(value, now), undefined, String(value));
  }
});
