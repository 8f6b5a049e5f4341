import { assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { Frames } from "./frames.ts";
import { decodeMessage, encodeMessage, maxReadBytes } from "./message.ts";

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

/** A signal of so many bytes in all whose body is noise. */
function noise(totalBytes: number, serial: number, pathBytes = 1): Uint8Array {
  const path = "/" + "p".repeat(pathBytes);
  const small = encodeMessage({ type: 4, path, interface: "a.b", member: "C", signature: "y", body: [0] }, serial);
  const bytes = new Uint8Array(totalBytes).fill(0x6c);
  bytes.set(small);
  new DataView(bytes.buffer).setUint32(4, totalBytes - small.length + 1, true);
  return bytes;
}

Deno.test("Frames.push() gives the header alone of what is too long, and then what follows", () => {
  const long = noise(maxReadBytes + 1, 2);
  const stream = concat([
    signal("a", 1),
    long,
    long,
    noise(maxReadBytes, 3),
    noise(3 << 20, 4, 70_000),
    signal("b", 5),
  ]);
  for (const size of [7_919, 65_536, stream.length]) {
    const frames = new Frames();
    const found: unknown[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const frame of frames.push(stream.slice(at, at + size))) {
        const { serial, isTooLong } = decodeMessage(frame);
        found.push([serial, isTooLong]);
        assertEquals(frame.length > 300, serial === 3);
      }
    }
    assertEquals(found, [[1, false], [2, true], [2, true], [3, false], [5, false]]);
  }
});

Deno.test("Frames.push() gives the header of what is too long before the rest has come", () => {
  const frames = new Frames();
  const [frame] = frames.push(noise(17 << 20, 1).slice(0, 200));
  const message = decodeMessage(frame);
  assertEquals(message.member, "C");
  assertThrows(() => message.readBody(), TypeError, "too long");
});

const refused: [bytes: number[], why: string][] = [
  [[0x47, 0x45, 0x54, 0x20], "byte order 71"],
  [[0x6c, 1, 0, 2], "protocol version 2"],
  [[0x6c, 1, 0, 1, 255, 255, 255, 255], "too long"],
  [[0x42, 1, 0, 1, 255, 255, 255, 255], "too long"],
  [[0x6c, 1, 0, 1, 0, 0, 0, 8], "too long"],
  [[0x6c, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255], "too long"],
];

for (const [bytes, why] of refused) {
  Deno.test(`Frames.push() refuses a stream: ${why} (${bytes})`, () => {
    const chunk = new Uint8Array(16);
    chunk.set(bytes);
    assertThrows(() => [...new Frames().push(chunk)], TypeError, why);
  });
}
