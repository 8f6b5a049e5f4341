import { assertEquals, assertRejects } from "@std/assert";
import { readLines } from "./lines.ts";

function body(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks);
}

async function linesOf(stream: ReadableStream<Uint8Array>, maxBytes = 1_000): Promise<string[]> {
  return await Array.fromAsync(readLines(stream, { maxBytes }));
}

const text = "ein\r\n你好\n\n🦙 ü\nlast";
const bytes = new TextEncoder().encode(text);
const lines = ["ein", "你好", "", "🦙 ü", "last"];

Deno.test("readLines() gives the same lines wherever the chunks are cut", async () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    assertEquals(await linesOf(body(bytes.slice(0, cut), bytes.slice(cut))), lines, `cut at ${cut}`);
  }
  assertEquals(await linesOf(body(...[...bytes].map((byte) => Uint8Array.of(byte)))), lines);
  assertEquals(await linesOf(body()), []);
});

Deno.test("readLines() refuses a line that is too long, and cancels the body", async () => {
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(60).fill(97)),
    cancel() {
      isCancelled = true;
    },
  });
  await assertRejects(() => linesOf(endless, 100), RangeError, "a line has more than 100 bytes");
  assertEquals(isCancelled, true);
  const fitting = new Uint8Array(101).fill(97);
  fitting[100] = 0x0a;
  assertEquals((await linesOf(body(fitting), 100))[0].length, 100);
});

Deno.test("readLines() cancels the body when it is left early", async () => {
  const cancelled = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("a\nb\n")),
    cancel: () => cancelled.resolve(),
  });
  for await (const _line of readLines(stream, { maxBytes: 100 })) break;
  await cancelled.promise;
});

Deno.test("readLines() ends with its signal while it waits", async () => {
  const cancelled = Promise.withResolvers<void>();
  const silent = new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() });
  const abort = new AbortController();
  const reading = readLines(silent, { maxBytes: 100, signal: abort.signal }).next();
  abort.abort(new Error("enough"));
  await assertRejects(() => reading, Error, "enough");
  await cancelled.promise;
});
