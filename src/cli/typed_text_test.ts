import { assertEquals } from "@std/assert";
import { TypedText } from "./typed_text.ts";

function typed(...texts: string[]): TypedText {
  return new TypedText(ReadableStream.from(texts.map((text) => new TextEncoder().encode(text))));
}

Deno.test("TypedText keeps what follows a line for the next question", async () => {
  const keyboard = typed("one\ntw", "o\r\n", "\nthree");
  const lines = [await keyboard.line(), await keyboard.line(), await keyboard.line(), await keyboard.line()];
  assertEquals([...lines, await keyboard.line()], ["one", "two", "", "three", undefined]);
});

Deno.test("TypedText gives characters, also those of several bytes in two pieces", async () => {
  const [first, second] = [new Uint8Array([0x61, 0xe2, 0x82]), new Uint8Array([0xac, 0x0a])];
  const keyboard = new TypedText(ReadableStream.from([first, second]));
  assertEquals([await keyboard.next(), await keyboard.next(), await keyboard.next()], ["a", "€", "\n"]);
  assertEquals(await keyboard.next(), undefined);
});

Deno.test("TypedText reads no further than it is asked to", async () => {
  let pulled = 0;
  const input = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(`${++pulled}\n`)),
  }, { highWaterMark: 0 });
  const keyboard = new TypedText(input);
  assertEquals([await keyboard.line(), pulled], ["1", 1]);
  assertEquals([await keyboard.line(), pulled], ["2", 2]);
});
