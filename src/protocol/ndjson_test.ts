import { assertEquals } from "@std/assert";
import { ndjsonSplitter } from "./ndjson.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

Deno.test("ndjsonSplitter() gives each line without its line end and keeps the bytes", () => {
  const splitter = ndjsonSplitter();
  const frames = splitter.push(encoder.encode('{"a":1}\n{"b":2}\r\n\n{"c"'));
  assertEquals(frames.map((frame) => frame.data), ['{"a":1}', '{"b":2}', undefined]);
  assertEquals(frames.map((frame) => decoder.decode(frame.bytes)), ['{"a":1}\n', '{"b":2}\r\n', "\n"]);
  assertEquals(splitter.push(encoder.encode(":3}\n")).map((frame) => frame.data), ['{"c":3}']);
  assertEquals(splitter.end(), []);
});

Deno.test("ndjsonSplitter() end() gives a last line with its newline added", () => {
  const splitter = ndjsonSplitter();
  assertEquals(splitter.push(encoder.encode('{"a":1}')), []);
  const [frame] = splitter.end();
  assertEquals(frame.data, '{"a":1}');
  assertEquals(decoder.decode(frame.bytes), '{"a":1}\n');
  assertEquals(splitter.end(), []);
});

Deno.test("ndjsonSplitter() is not changed by a chunk whose memory is used again", () => {
  const splitter = ndjsonSplitter();
  const chunk = encoder.encode('{"a":');
  splitter.push(chunk);
  chunk.fill(0x20);
  assertEquals(splitter.push(encoder.encode("1}\n"))[0].data, '{"a":1}');
});
