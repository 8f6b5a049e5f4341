import { assertEquals } from "@std/assert";
import { terminalLine, terminalText } from "./terminal_text.ts";

Deno.test("terminalText() takes out what could steer the terminal", () => {
  assertEquals(terminalText("a\x1b[2Jb"), "a[2Jb");
  assertEquals(terminalText("\x1b]0;title\x07x"), "]0;titlex");
  assertEquals(terminalText("over\rwritten\b\x7f"), "overwritten");
  assertEquals(terminalText("c1: \u009b31m\u0085"), "c1: 31m");
});

Deno.test("terminalText() keeps lines, tabs and every script", () => {
  const text = "line\n\tيد 日本 🙂 é\u00a0";
  assertEquals(terminalText(text), text);
});

Deno.test("terminalLine() makes one line of many", () => {
  assertEquals(terminalLine("a\r\n\tb\x1bc"), "a bc");
});

Deno.test("terminalLine() takes out what turns or hides text", () => {
  assertEquals(terminalLine("a\u202eb\u2066c\u200f\u200bd\u2028e"), "abcd e");
  assertEquals(terminalLine("يد 日本 é"), "يد 日本 é");
});
