import { assertEquals } from "@std/assert";
import { middleCut, plainLine, withoutMarkup } from "./plain_line.ts";

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

Deno.test("middleCut() keeps the end, which tells models apart", () => {
  const name = "hf.co/bartowski/Meta-Llama-3.1-70B-Instruct-GGUF:Q4_K_M";
  assertEquals(middleCut(name, 60), name);
  assertEquals(middleCut(name, 30), "hf.co/bartowski…ct-GGUF:Q4_K_M");
  for (const long of [name, "\u{1f600}".repeat(500), `${"x\u0000".repeat(5_000)}:q8`]) {
    assertEquals([...middleCut(long, 20)].length, 20);
  }
  assertEquals(middleCut("x".repeat(99_999) + ":q8", 10), "xxxxx…x:q8");
  assertEquals(middleCut("", 10), "…");
});
