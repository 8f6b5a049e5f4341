import { assertEquals } from "@std/assert";
import { RecentLines } from "./recent_lines.ts";

Deno.test("RecentLines keeps all lines up to its size", () => {
  const lines = new RecentLines(9);
  for (const line of ["one\n", "two\n"]) lines.add(line);
  assertEquals(lines.text, "one\ntwo\n");
});

Deno.test("RecentLines lets the oldest lines go, whole", () => {
  const lines = new RecentLines(9);
  for (const line of ["one\n", "two\n", "three\n"]) lines.add(line);
  assertEquals(lines.text, "three\n");
});

Deno.test("RecentLines cuts a line that is longer than its size", () => {
  const lines = new RecentLines(9);
  for (const line of ["one\n", "x".repeat(1_000) + "\n", "two\n"]) lines.add(line);
  assertEquals(lines.text, "two\n");
  lines.add("0123456789\n");
  assertEquals(lines.text, "01234567\n");
});

Deno.test("RecentLines stays within its size over many lines", () => {
  const lines = new RecentLines(1_000);
  for (let i = 0; i < 10_000; i++) lines.add(`line ${i}\n`);
  assertEquals(lines.text.length <= 1_000 && lines.text.length > 980, true);
  assertEquals(lines.text.endsWith("line 9998\nline 9999\n"), true);
});

Deno.test("RecentLines counts all lines that came, also those that it let go", () => {
  const lines = new RecentLines(9);
  assertEquals(lines.end, 0);
  const numbers: number[] = [];
  lines.subscribe(() => numbers.push(lines.end));
  for (const line of ["one\n", "two\n", "three\n"]) lines.add(line);
  assertEquals([lines.end, lines.lines.length, numbers], [3, 1, [1, 2, 3]]);
});

Deno.test("RecentLines.subscribe() tells each new line as it is kept, until that is ended", () => {
  const lines = new RecentLines(9);
  lines.add("before\n");
  const told: string[] = [];
  const end = lines.subscribe((line) => told.push(line));
  lines.add("one\n");
  lines.add("0123456789\n");
  end();
  lines.add("after\n");
  assertEquals(told, ["one\n", "01234567\n"]);
});
