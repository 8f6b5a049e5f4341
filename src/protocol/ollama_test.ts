import { assertEquals, assertIsError, assertThrows } from "@std/assert";
import { RequestError } from "../core/errors.ts";
import type { Operation } from "../core/types.ts";
import { inspectOllamaAnswer, ollamaErrors, ollamaFrameReader, parseOllamaRequest } from "./ollama.ts";
import type { FrameInfo } from "./types.ts";

const encoder = new TextEncoder();

function parse(path: string, body: unknown) {
  return parseOllamaRequest(path, encoder.encode(typeof body === "string" ? body : JSON.stringify(body)));
}

const user = [{ role: "user", content: "x" }];

const classes: [name: string, path: string, body: Record<string, unknown>, expected: string][] = [
  ["a chat", "/api/chat", { messages: user }, "inference chat stream"],
  ["stream false", "/api/chat", { messages: user, stream: false }, "inference chat whole"],
  ["stream null", "/api/chat", { messages: user, stream: null }, "inference chat stream"],
  ["a chat that unloads afterwards", "/api/chat", { messages: user, keep_alive: 0 }, "inference chat stream"],
  ["no messages", "/api/chat", {}, "control chat stream"],
  ["empty messages", "/api/chat", { messages: [], keep_alive: 0 }, "control chat stream"],
  ["a prompt", "/api/generate", { prompt: "x" }, "inference generate stream"],
  ["no prompt", "/api/generate", {}, "control generate stream"],
  ["an empty prompt", "/api/generate", { prompt: "", keep_alive: 0 }, "control generate stream"],
  ["an empty prompt with suffix", "/api/generate", { prompt: "", suffix: "x" }, "control generate stream"],
  ["context", "/api/generate", { prompt: "x", context: [1, 2] }, "bound generate stream"],
  ["an empty context", "/api/generate", { prompt: "x", context: [] }, "inference generate stream"],
  ["embed", "/api/embed", { input: "x", stream: true }, "embedding embed whole"],
  ["legacy embeddings", "/api/embeddings", { prompt: "x" }, "embedding embed whole"],
];

for (const [name, path, body, expected] of classes) {
  Deno.test(`parseOllamaRequest() classifies ${name}`, () => {
    const request = parse(path, { model: "m", ...body });
    assertEquals(`${request.class} ${request.operation} ${request.stream ? "stream" : "whole"}`, expected);
    assertEquals([request.dialect, request.model, request.path], ["ollama", "m", path]);
  });
}

const refused: [name: string, body: unknown, status: number, words: RegExp, param?: string][] = [
  ["an empty body", "", 400, /body is empty/],
  ["not JSON", "{", 400, /not JSON/],
  ["an array", [], 400, /not a JSON object/],
  ["null", "null", 400, /not a JSON object/],
  [
    "too many values",
    `{"model":"m","messages":[${"{},".repeat(500_000)}{}]}`,
    400,
    /its JSON has more than 1000000 values/,
  ],
  ["too deep a nesting", `{"model":"m","tools":${"[".repeat(1_000)}${"]".repeat(1_000)}}`, 400, /more than 1000 deep/],
  ["no model", {}, 400, /model must be a name, it is missing/, "model"],
  ["an empty model", { model: " " }, 400, /model must be a name/, "model"],
  ["a name without end", { model: "x".repeat(1_025) }, 400, /at most 1024 characters, received 1025$/, "model"],
  ["a model that is no string", { model: 5 }, 400, /received 5/, "model"],
  ["a stream that is no boolean", { model: "m", stream: "no" }, 400, /stream must be true or false/, "stream"],
];

for (const [name, body, status, words, param] of refused) {
  Deno.test(`parseOllamaRequest() refuses ${name}`, () => {
    const error = assertThrows(() => parse("/api/chat", body), RequestError);
    assertIsError(error, RequestError, words);
    assertEquals([error.status, error.param], [status, param]);
  });
}

Deno.test("parseOllamaRequest() refuses a key that Ollama would take for one that routing goes by", () => {
  const keys = ["Model", "MODEL", "Messages", "me\u017fsages", "\u017ftream", "Stream", "Prompt", "Context"];
  for (const key of [...keys, "Keep_Alive", "\u212aeep_alive", "Name"]) {
    const error = assertThrows(() => parse("/api/chat", { model: "m", messages: user, [key]: "x" }), RequestError);
    assertEquals(error.status, 400, key);
    assertIsError(error, RequestError, /must be written in lower case/);
  }
  const others = { Options: {}, models: 1, modem: 2, "\u017f": 3, İ: 4 };
  assertEquals(parse("/api/chat", { model: "m", messages: user, ...others }).model, "m");
});

Deno.test("parseOllamaRequest() goes by the last of a key that stands twice, as Ollama does", () => {
  const twice = '{"model":"first","messages":[],"model":"last","messages":[{"role":"user"}],"\\u0073tream":false}';
  const request = parse("/api/chat", twice);
  assertEquals([request.model, request.class, request.stream], ["last", "inference", false]);
});

Deno.test("parseOllamaRequest() repeats no more than 200 characters of a wrong value", () => {
  for (const body of [{ model: ["x".repeat(5_000)] }, { model: "m", stream: "x".repeat(5_000) }]) {
    const { message } = assertThrows(() => parse("/api/chat", body), RequestError);
    assertEquals(message.length < 300, true);
  }
});

Deno.test("parseOllamaRequest() keeps the bytes and answers 404 for other paths", () => {
  const body = encoder.encode('{ "model" : "m", "seed":12345678901234567890 }');
  assertEquals(parseOllamaRequest("/api/chat", body).body, body);
  assertEquals(assertThrows(() => parseOllamaRequest("/api/pull", body), RequestError).status, 404);
  assertEquals(assertThrows(() => parseOllamaRequest("constructor", body), RequestError).status, 404);
});

const frames: [name: string, operation: Operation, data: string | undefined, info: FrameInfo][] = [
  ["a blank line", "chat", undefined, { kind: "heartbeat" }],
  ["text", "chat", '{"message":{"role":"assistant","content":"x"},"done":false}', { kind: "content" }],
  ["thinking", "chat", '{"message":{"role":"assistant","content":"","thinking":"x"},"done":false}', {
    kind: "content",
  }],
  ["a tool call", "chat", '{"message":{"content":"","tool_calls":[{"function":{}}]},"done":false}', {
    kind: "content",
  }],
  ["an unknown field of the message", "chat", '{"message":{"content":"","audio":"x"},"done":false}', {
    kind: "content",
  }],
  ["an unknown field", "generate", '{"response":"","image":"x","done":false}', { kind: "content" }],
  [
    "an empty message",
    "chat",
    '{"model":"m","created_at":"t","message":{"role":"assistant","content":""},"done":false}',
    { kind: "heartbeat" },
  ],
  ["an empty response", "generate", '{"model":"m","response":"","done":false}', { kind: "heartbeat" }],
  [
    "text that looks like the end",
    "chat",
    '{"message":{"content":"\\"done\\":true,\\"error\\":\\"x\\""},"done":false}',
    { kind: "content" },
  ],
  ["the end", "chat", '{"message":{"content":""},"done":true,"prompt_eval_count":3,"eval_count":4}', {
    kind: "terminal",
    usage: { inputTokens: 3, outputTokens: 4 },
  }],
  ["the end without counts", "generate", '{"done":true}', { kind: "terminal", usage: {} }],
  ["an error", "chat", '{"error":"out of memory"}', { kind: "error", message: "out of memory" }],
  ["an error with other fields", "chat", '{"message":{"content":"x"},"done":false,"error":{"message":"lost"}}', {
    kind: "error",
    message: "lost",
  }],
  ["a cut line", "chat", '{"message":{"content":"x', { kind: "malformed" }],
  ["a line broken in its middle", "chat", '{"message":{"content":},"done":false}', { kind: "malformed" }],
  ["no object", "chat", "[1]", { kind: "malformed" }],
  ["HTML", "chat", "<html>", { kind: "malformed" }],
  ["an object of another shape", "chat", '{"status":"success"}', { kind: "malformed" }],
  ["the other operation's shape", "generate", '{"message":{"content":"x"},"done":false}', { kind: "malformed" }],
];

for (const [name, operation, data, info] of frames) {
  Deno.test(`ollamaFrameReader() finds ${info.kind} in ${name}`, () => {
    const reader = ollamaFrameReader(operation);
    assertEquals(reader.inspect({ bytes: new Uint8Array(), data }), info);
    assertEquals(reader.complete, info.kind === "terminal");
    assertEquals(reader.empty, info.kind !== "terminal" && info.kind !== "content");
  });
}

const answers: [name: string, operation: Operation, json: unknown, info: FrameInfo][] = [
  ["a chat", "chat", { message: { content: "x" }, done: true, eval_count: 1 }, {
    kind: "terminal",
    usage: { outputTokens: 1 },
  }],
  ["a generate", "generate", { response: "", done: true, done_reason: "load" }, { kind: "terminal", usage: {} }],
  ["embeddings", "embed", { embeddings: [[1]], prompt_eval_count: 2 }, { kind: "terminal", usage: { inputTokens: 2 } }],
  ["a legacy embedding", "embed", { embedding: [] }, { kind: "terminal", usage: {} }],
  ["an error", "embed", { error: "x" }, { kind: "error", message: "x" }],
  ["an unfinished answer", "chat", { message: { content: "x" }, done: false }, { kind: "malformed" }],
  ["a chat without done", "chat", { message: { content: "x" } }, { kind: "malformed" }],
  ["a generate without done", "generate", { response: "x", done: null }, { kind: "malformed" }],
  ["another shape", "embed", { message: {} }, { kind: "malformed" }],
  ["an array", "chat", [], { kind: "malformed" }],
  ["null", "chat", null, { kind: "malformed" }],
];

for (const [name, operation, json, info] of answers) {
  Deno.test(`inspectOllamaAnswer() finds ${info.kind} in ${name}`, () => {
    assertEquals(inspectOllamaAnswer(json, operation), info);
  });
}

Deno.test("ollamaErrors writes Ollama's error body and its last line", () => {
  const { body, contentType } = ollamaErrors.error(503, 'no "backend"');
  assertEquals([JSON.parse(body), contentType], [{ error: 'no "backend"' }, "application/json"]);
  assertEquals(ollamaErrors.streamError("a\nb"), '{"error":"a\\nb"}\n');
});
