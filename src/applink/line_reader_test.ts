import { assertEquals, assertThrows } from "@std/assert";
import { LineReader, LineTooLong } from "./line_reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("LineReader gives the same lines however they are cut, in any alphabet", () => {
  const text = 'ä\n\n  \r\n{"x":"🙂"}\r\n' + "long".repeat(3_000) + "\nrest";
  const expected = ["ä", '{"x":"🙂"}', "long".repeat(3_000)];
  for (const size of [1, 2, 3, 7, 4_096, 100_000]) {
    const reader = new LineReader({ maxBytes: 20_000 });
    const all = bytes(text);
    const lines: string[] = [];
    const buffer = new Uint8Array(size);
    for (let at = 0; at < all.length; at += size) {
      const part = all.subarray(at, at + size);
      buffer.set(part);
      lines.push(...reader.push(buffer.subarray(0, part.length)));
      buffer.fill(0);
    }
    assertEquals(lines, expected, `${size}`);
    assertEquals(reader.waitingBytes, 4);
  }
});

Deno.test("LineReader takes a line of exactly maxBytes and none beyond, whole or in parts", () => {
  assertEquals(new LineReader({ maxBytes: 4 }).push(bytes("1234\n12")), ["1234"]);
  assertThrows(() => new LineReader({ maxBytes: 4 }).push(bytes("12345\n")), LineTooLong, "longer than 4 bytes");
  const reader = new LineReader({ maxBytes: 4 });
  assertEquals(reader.push(bytes("123")), []);
  assertThrows(() => reader.push(bytes("45")), LineTooLong);
});
