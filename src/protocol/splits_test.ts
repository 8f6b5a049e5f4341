import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { ndjsonSplitter } from "./ndjson.ts";
import { ollamaFrameReader, parseOllamaRequest } from "./ollama.ts";
import { openaiFrameReader, parseOpenAIRequest } from "./openai.ts";
import { sseSplitter } from "./sse.ts";
import { translateToOllama } from "./translate/to_ollama.ts";
import { translateToOpenAI } from "./translate/to_openai.ts";
import type { Frame, FrameReader, FrameSplitter, Translation } from "./types.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Chunks = Uint8Array<ArrayBuffer>[];

/** The bytes cut at the given places; every chunk has memory of its own, as on a socket. */
function cutAt(bytes: Uint8Array<ArrayBuffer>, ...places: number[]): Chunks {
  const edges = [0, ...places, bytes.length];
  return edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
}

/** Every way to cut once, and every way to cut twice when the stream is short; then byte by byte. */
function* everyCut(bytes: Uint8Array<ArrayBuffer>): Generator<Chunks> {
  for (let first = 0; first <= bytes.length; first++) yield cutAt(bytes, first);
  if (bytes.length <= 220) {
    for (let first = 1; first < bytes.length; first++) {
      for (let second = first + 1; second < bytes.length; second++) yield cutAt(bytes, first, second);
    }
  }
  yield Array.from(bytes, (byte) => Uint8Array.of(byte));
}

function framesOf(splitter: FrameSplitter, chunks: Chunks): { text: string; data: string | undefined }[] {
  const frames: Frame[] = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  return frames.map(({ bytes, data }) => ({ text: decoder.decode(bytes), data }));
}

const ndjsonStreams: Record<string, string> = {
  "CJK, emoji and CRLF": '{"a":"你好,世界"}\r\n{"b":"👩‍🚀🎉é"}\n',
  "blank lines and a last line without newline": '\n\r\n{"a":1}\n  \n{"b":"終"}',
  "a lone CR inside a line": '{"a":1}\r{"b":2}\n',
};

for (const [name, text] of Object.entries(ndjsonStreams)) {
  Deno.test(`ndjsonSplitter() gives the same frames wherever it is split: ${name}`, () => {
    const bytes = encoder.encode(text);
    const whole = framesOf(ndjsonSplitter(), [bytes]);
    for (const chunks of everyCut(bytes)) assertEquals(framesOf(ndjsonSplitter(), chunks), whole);
  });
}

const sseStreams: Record<string, string> = {
  "CJK and emoji": "data: 你好🎉\n\ndata: 世界👩‍🚀\n\n",
  "CRLF": "data: a\r\n\r\nevent: x\r\ndata: 界\r\n\r\n",
  "CR": "data: a\r\rdata: b\rdata: 界\r\r",
  "mixed line ends": "data: a\r\n\ndata: b\n\r\n\rdata: c\r\n\r\n",
  "comments and other fields": ": OPENROUTER PROCESSING\n\nid: 1\nretry: 5\n\n:\ndata: x\nevent: y\n\n",
  "multi-line data": "data: {\ndata:  1\ndata\ndata:}\n\n",
  "byte order mark": "\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n",
  "a last event without blank line": "data: a\n\ndata: [DONE]\n",
  "a last event without line end": "data: a\r\n\r\ndata: [DONE]",
};

for (const [name, text] of Object.entries(sseStreams)) {
  Deno.test(`sseSplitter() gives the same frames wherever it is split: ${name}`, () => {
    const bytes = encoder.encode(text);
    const whole = framesOf(sseSplitter(), [bytes]);
    for (const chunks of everyCut(bytes)) assertEquals(framesOf(sseSplitter(), chunks), whole);
  });
}

/** The way of a relay: frames, what they are, and the client's text. */
function relay(reader: FrameReader, translation: Translation, chunks: Chunks): string {
  const translator = translation.stream();
  let text = "";
  const take = (frame: Frame) => {
    const { kind } = reader.inspect(frame);
    assert(kind !== "error" && kind !== "malformed", `frame is ${kind}: ${frame.data}`);
    if (kind !== "heartbeat") text += translator.push(frame.data!);
  };
  for (const chunk of chunks) reader.splitter.push(chunk).forEach(take);
  reader.splitter.end().forEach(take);
  assert(reader.complete, "the stream is complete");
  return text + translator.end();
}

const fixed = { model: "m", now: () => 1_700_000_000_000, id: () => "1" };

Deno.test("translateToOpenAI() gives the same lines wherever the backend's stream is split", () => {
  const request = parseOllamaRequest(
    "/api/chat",
    encoder.encode('{"model":"m","messages":[{"role":"user","content":"x"}]}'),
  );
  const bytes = encoder.encode([
    ": ping\n\n",
    'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\r\n\r\n',
    'data: {"choices":[{"delta":{"content":"你好🎉"}}]}\n\n',
    'data: {"choices":[{"delta":{"reasoning":"é"}}]}\n\n',
    'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\\"城\\":"}}]}}]}\n\n',
    'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\"京\\"}"}}]}}]}\n\n',
    'data: {"choices":[{"delta":{},\ndata: "finish_reason":"tool_calls"}]}\n\n',
    'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n',
    "data: [DONE]",
  ].join(""));
  const run = (chunks: Chunks) => relay(openaiFrameReader("chat"), translateToOpenAI(request, fixed), chunks);
  const whole = run([bytes]);
  assertEquals(whole.split("\n").length, 5);
  for (const chunks of everyCut(bytes)) assertEquals(run(chunks), whole);
});

Deno.test("translateToOllama() gives the same events wherever the backend's stream is split", () => {
  const request = parseOpenAIRequest(
    "/v1/chat/completions",
    encoder.encode('{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true}'),
  );
  const bytes = encoder.encode([
    '{"message":{"role":"assistant","content":"","thinking":"嗯"},"done":false}\n',
    '{"message":{"role":"assistant","content":"你好🎉"},"done":false}\r\n',
    "\n",
    '{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"城":"京"}}}]},"done":false}\n',
    '{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","eval_count":4}',
  ].join(""));
  const run = (chunks: Chunks) => relay(ollamaFrameReader("chat"), translateToOllama(request, fixed), chunks);
  const whole = run([bytes]);
  assertEquals(whole.split("\n\n").length, 6);
  for (const chunks of everyCut(bytes)) assertEquals(run(chunks), whole);
});

const eightMiB = 8 * 1024 * 1024;

for (const chunkBytes of [1, 1_000, 65_536]) {
  for (
    const [name, make, line] of [
      ["ndjsonSplitter", ndjsonSplitter, `{"a":"${"x".repeat(eightMiB)}"}\n`],
      ["sseSplitter", sseSplitter, `data: {"a":"${"x".repeat(eightMiB)}"}\n\n`],
    ] as const
  ) {
    Deno.test(`${name}() reads a line of 8 MB in chunks of ${chunkBytes} bytes in linear time`, () => {
      const bytes = encoder.encode(line);
      const splitter = make();
      const startedAt = performance.now();
      const frames: Frame[] = [];
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        frames.push(...splitter.push(bytes.subarray(at, at + chunkBytes)));
      }
      const tookMs = performance.now() - startedAt;
      assertEquals(frames.length, 1);
      assertEquals(frames[0].bytes.length, bytes.length);
      assertEquals(JSON.parse(frames[0].data!).a.length, eightMiB);
      // Copying all that is kept for every chunk would take minutes.
      assertLess(tookMs, 15_000);
    });
  }
}

for (
  const [name, make, frame] of [
    ["ndjsonSplitter", ndjsonSplitter, '{"a":"xxxxxx"}\n'],
    ["sseSplitter", sseSplitter, "data: 123456\n\n"],
  ] as const
) {
  Deno.test(`${name}() takes a frame of maxBytes and throws RangeError beyond, however it is split`, () => {
    const bytes = encoder.encode(frame);
    for (const chunks of everyCut(bytes)) {
      assertEquals(framesOf(make(bytes.length), chunks).length, 1);
      assertThrows(() => framesOf(make(bytes.length - 1), chunks), RangeError, "more than");
    }
  });

  Deno.test(`${name}() gives frames within one chunk without copying`, () => {
    const bytes = encoder.encode(frame.repeat(3));
    const frames = make().push(bytes);
    assertEquals(frames.length, 3);
    for (const { bytes: found } of frames) assert(found.buffer === bytes.buffer);
  });
}
