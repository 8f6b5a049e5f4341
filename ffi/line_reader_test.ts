import { assertEquals } from "@std/assert";
import { LineReader } from "./line_reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("LineReader gives every line that a read ends, and keeps what has no end yet", () => {
  const reader = new LineReader();
  assertEquals(reader.read(bytes("one\ntwo\nthr")), ["one", "two"]);
  assertEquals(reader.read(bytes("ee")), []);
  assertEquals(reader.read(bytes("\n\n")), ["three", ""]);
});

Deno.test("LineReader puts a character together that two reads share", () => {
  const reader = new LineReader();
  const [first, second] = [bytes("ä\n").subarray(0, 1), bytes("ä\n").subarray(1)];
  assertEquals(reader.read(first), []);
  assertEquals(reader.read(second), ["ä"]);
});

Deno.test("LineReader does not mind when the buffer is used again", () => {
  const reader = new LineReader();
  const buffer = bytes("abc");
  reader.read(buffer);
  buffer.fill(120);
  assertEquals(reader.read(bytes("\n")), ["abc"]);
});

Deno.test("LineReader gives up a line that is too long, and reads the next one", () => {
  const reader = new LineReader({ maxBytes: 4 });
  assertEquals(reader.read(bytes("12345")), []);
  assertEquals(reader.read(bytes("678")), []);
  assertEquals(reader.read(bytes("\n1234\n")), [undefined, "1234"]);
});
