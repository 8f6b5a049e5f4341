import { assertEquals, assertThrows } from "@std/assert";
import { parseFrameJson } from "./frame_json.ts";
import { ollamaFrameReader } from "./ollama.ts";
import { openaiFrameReader } from "./openai.ts";

const flood = `{"message":{},"choices":[${"{},".repeat(600_000)}{}]}`;

Deno.test("parseFrameJson() parses a frame, a long text too", () => {
  const long = { message: { content: '{"'.repeat(2_000_000) } };
  assertEquals(parseFrameJson(JSON.stringify(long)), long);
  assertThrows(() => parseFrameJson("{"), SyntaxError);
});

Deno.test("inspect() refuses a frame of a million values before it is parsed", () => {
  assertThrows(() => parseFrameJson(flood), RangeError, "values");
  for (const reader of [ollamaFrameReader("chat"), openaiFrameReader("chat")]) {
    assertThrows(() => reader.inspect({ bytes: new Uint8Array(), data: flood }), RangeError);
  }
});
