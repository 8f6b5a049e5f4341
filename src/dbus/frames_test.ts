import { assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { Frames } from "./frames.ts";
import { decodeMessage, encodeMessage } from "./message.ts";

const signal = (text: string, serial: number) => {
  const body = [text];
  return encodeMessage({ type: 4, path: "/", interface: "a.b", member: "C", signature: "s", body }, serial);
};
const textIn = (frame: Uint8Array) => decodeMessage(frame).readBody()[0];

Deno.test("Frames.push() cuts the stream into messages, however it is cut itself", () => {
  const texts = ["", "x", "y".repeat(1000), "z"];
  const stream = concat(texts.map((text, i) => signal(text, i + 1)));
  for (const size of [1, 3, 7, 16, 17, 100, stream.length]) {
    const frames = new Frames();
    const found: unknown[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const frame of frames.push(stream.slice(at, at + size))) found.push(textIn(frame));
    }
    assertEquals(found, texts);
  }
});

const refused: [bytes: number[], why: string][] = [
  [[0x47, 0x45, 0x54, 0x20], "byte order 71"],
  [[0x6c, 1, 0, 2], "protocol version 2"],
  [[0x6c, 1, 0, 1, 255, 255, 255, 255], "too long"],
  [[0x42, 1, 0, 1, 255, 255, 255, 255], "too long"],
  [[0x6c, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255], "too long"],
];

for (const [bytes, why] of refused) {
  Deno.test(`Frames.push() refuses a stream: ${why} (${bytes})`, () => {
    const chunk = new Uint8Array(16);
    chunk.set(bytes);
    assertThrows(() => [...new Frames().push(chunk)], TypeError, why);
  });
}
