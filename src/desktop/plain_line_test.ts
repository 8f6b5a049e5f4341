import { assertEquals } from "@std/assert";
import { plainLine, withoutMarkup } from "./plain_line.ts";

Deno.test("plainLine() is one line of what can be seen", () => {
  const table: [text: string, line: string][] = [
    ["llama3.2", "llama3.2"],
    ["  two\r\n\tlines  ", "two lines"],
    ["paragraph\u2029and\u2028line", "paragraph and line"],
    ["a\u202etxt.exe\u2066", "atxt.exe"],
    ["zero\u200bwidth\ufeff\u00ad", "zerowidth"],
    ["\u001b[31mred\u0007\u009b", "[31mred"],
    ["half \ud83d of a pair", "half  of a pair"],
    ["日本語 ● שלום \u{1f600}", "日本語 ● שלום \u{1f600}"],
    ["\u0000", "…"],
    ["", "…"],
  ];
  for (const [text, line] of table) assertEquals(plainLine(text, 50), line);
});

Deno.test("plainLine() cuts between characters and says so", () => {
  assertEquals(plainLine("x".repeat(10), 10), "x".repeat(10));
  assertEquals(plainLine("x".repeat(11), 10), `${"x".repeat(9)}…`);
  assertEquals(plainLine("\u{1f600}".repeat(11), 10), `${"\u{1f600}".repeat(9)}…`);
  assertEquals(plainLine("one two", 5), "one…");
  assertEquals(plainLine("\u0000".repeat(30) + "x", 3), "…");
});

Deno.test("withoutMarkup() leaves nothing that panels read as markup", () => {
  assertEquals(withoutMarkup("<b>R&D</b>"), "‹b›R+D‹/b›");
});
