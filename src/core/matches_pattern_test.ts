import { assertEquals } from "@std/assert";
import { matchesPattern } from "./matches_pattern.ts";

Deno.test("matchesPattern() takes a star for any text, and all else for itself", () => {
  const table: [pattern: string, text: string, expected: boolean][] = [
    ["", "", true],
    ["", "a", false],
    ["a", "a", true],
    ["a", "A", false],
    ["*", "", true],
    ["*", "a/b:c", true],
    ["a*", "a", true],
    ["a*", "ba", false],
    ["*a", "ba", true],
    ["*a", "ab", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["**a**", "xax", true],
    ["a.c", "abc", false],
    ["*ab", "aab", true],
  ];
  for (const [pattern, text, expected] of table) {
    assertEquals(matchesPattern(pattern, text), expected, `${pattern} ${text}`);
  }
});

Deno.test("matchesPattern() is done soon, however many stars there are", () => {
  const since = performance.now();
  assertEquals(matchesPattern("*a".repeat(200) + "b", "a".repeat(5_000)), false);
  assertEquals(performance.now() - since < 1_000, true);
});
