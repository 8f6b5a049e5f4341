import { assertEquals } from "@std/assert";
import { readLines } from "./read_lines.ts";

const text = "first\n\nzwölf 🙂\nlast";

for (const size of [1, 2, 3, 7, 64]) {
  Deno.test(`readLines() finds the same lines in pieces of ${size} bytes`, async () => {
    const bytes = new TextEncoder().encode(text);
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, index) => bytes.slice(index * size, (index + 1) * size),
    );
    assertEquals(await Array.fromAsync(readLines(ReadableStream.from(pieces))), ["first", "", "zwölf 🙂", "last"]);
  });
}

Deno.test("readLines() gives no line after the last newline", async () => {
  const stream = ReadableStream.from([new TextEncoder().encode("a\n")]);
  assertEquals(await Array.fromAsync(readLines(stream)), ["a"]);
});
