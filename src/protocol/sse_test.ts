import { assertEquals } from "@std/assert";
import { sseSplitter } from "./sse.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function dataOf(text: string): (string | undefined)[] {
  const splitter = sseSplitter();
  return [...splitter.push(encoder.encode(text)), ...splitter.end()].map((frame) => frame.data);
}

/** Rules of the HTML standard, "Interpreting an event stream". */
const rules: [name: string, stream: string, data: (string | undefined)[]][] = [
  ["takes away one space after the colon", "data:a\n\ndata: b\n\ndata:  c\n\n", ["a", "b", " c"]],
  ["joins data lines with a newline", "data: a\ndata: b\ndata:\n\n", ["a\nb\n"]],
  ["reads a field without a colon as empty", "data\n\n", [""]],
  ["ignores comments", ": hello\n\n:\ndata: a\n\n", [undefined, "a"]],
  ["ignores event, id and retry", "event: x\nid: 1\nretry: 2\n\nevent: x\ndata: a\n\n", [undefined, "a"]],
  ["ignores fields that only begin like data", "database: x\nDATA: y\n\n", [undefined]],
  ["takes a byte order mark at the start only", "\uFEFFdata: a\n\n\uFEFFdata: b\n\n", ["a", undefined]],
  ["ends lines at LF, CRLF and CR", "data: a\n\ndata: b\r\n\r\ndata: c\r\r", ["a", "b", "c"]],
  ["gives a frame for a blank line alone", "\n\ndata: a\n\n", [undefined, undefined, "a"]],
  ["keeps a colon in the data", "data: a: b\n\n", ["a: b"]],
];

for (const [name, stream, data] of rules) {
  Deno.test(`sseSplitter() ${name}`, () => assertEquals(dataOf(stream), data));
}

const unfinished: [left: string, data: string | undefined, bytes: string][] = [
  ["data: [DONE]", "[DONE]", "data: [DONE]\n\n"],
  ["data: [DONE]\n", "[DONE]", "data: [DONE]\n\n"],
  ["data: [DONE]\r", "[DONE]", "data: [DONE]\r\n\n"],
  ["data: [DONE]\r\n", "[DONE]", "data: [DONE]\r\n\n"],
  ['data: {"a', '{"a', 'data: {"a\n\n'],
  [": comment", undefined, ": comment\n\n"],
];

for (const [left, data, bytes] of unfinished) {
  Deno.test(`sseSplitter() end() completes ${JSON.stringify(left)}`, () => {
    const splitter = sseSplitter();
    assertEquals(splitter.push(encoder.encode(`data: x\n\n${left}`)).length, 1);
    const [frame] = splitter.end();
    assertEquals(frame.data, data);
    assertEquals(decoder.decode(frame.bytes), bytes);
    // What is passed on is one whole event for the next reader.
    assertEquals(sseSplitter().push(encoder.encode(bytes)).map((next) => next.data), [data]);
    assertEquals(splitter.end(), []);
  });
}

Deno.test("sseSplitter() passes every byte on", () => {
  const text = "\uFEFF: c\r\n\r\nid: 1\rdata: 界\r\rdata: a\n\ndata: z\r\n\r\n";
  const splitter = sseSplitter();
  const frames = [...splitter.push(encoder.encode(text)), ...splitter.end()];
  const bytes = frames.flatMap((frame) => [...frame.bytes]);
  assertEquals(new Uint8Array(bytes), encoder.encode(text));
});
