import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import OpenAI, { APIError } from "openai";
import { RequestError } from "../core/errors.ts";
import type { Operation } from "../core/types.ts";
import { inspectOpenAIAnswer, openaiDone, openaiErrors, openaiFrameReader, parseOpenAIRequest } from "./openai.ts";
import type { FrameInfo } from "./types.ts";

const encoder = new TextEncoder();

function parse(path: string, body: unknown) {
  return parseOpenAIRequest(path, encoder.encode(JSON.stringify(body)));
}

Deno.test("parseOpenAIRequest() reads path, class and the dialect's stream default", () => {
  const messages = [{ role: "user", content: "x" }];
  const chat = parse("/v1/chat/completions", { model: "m", messages });
  assertEquals([chat.dialect, chat.operation, chat.class, chat.stream], ["openai", "chat", "inference", false]);
  assertEquals(parse("/v1/chat/completions", { model: "m", messages, stream: true }).stream, true);
  const completion = parse("/v1/completions", { model: "m", prompt: "x" });
  assertEquals([completion.operation, completion.class], ["generate", "inference"]);
  const embedding = parse("/v1/embeddings", { model: "m", input: "x", stream: true });
  assertEquals([embedding.operation, embedding.class, embedding.stream], ["embed", "embedding", false]);
});

const refused: [name: string, body: unknown, param?: string][] = [
  ["an array", []],
  ["no model", { messages: [1] }, "model"],
  ["a model that is no string", { model: {}, messages: [1] }, "model"],
  ["no messages", { model: "m" }, "messages"],
  ["empty messages", { model: "m", messages: [] }, "messages"],
  ["a stream that is no boolean", { model: "m", messages: [1], stream: 1 }, "stream"],
];

for (const [name, body, param] of refused) {
  Deno.test(`parseOpenAIRequest() refuses ${name}`, () => {
    const error = assertThrows(() => parse("/v1/chat/completions", body), RequestError);
    assertEquals([error.status, error.param], [400, param]);
  });
}

Deno.test("parseOpenAIRequest() answers 404 for other paths", () => {
  assertEquals(assertThrows(() => parse("/v1/responses", { model: "m" }), RequestError).status, 404);
});

const delta = (json: string, more = "") => `{"choices":[{"index":0,"delta":${json}${more}}]}`;

const frames: [name: string, data: string | undefined, info: FrameInfo][] = [
  ["a comment", undefined, { kind: "heartbeat" }],
  ["empty data", "", { kind: "heartbeat" }],
  ["text", delta('{"content":"x"}'), { kind: "content" }],
  ["reasoning", delta('{"reasoning":"x"}'), { kind: "content" }],
  ["reasoning_content", delta('{"reasoning_content":"x"}'), { kind: "content" }],
  ["a tool call", delta('{"tool_calls":[{"index":0}]}'), { kind: "content" }],
  ["a refusal", delta('{"refusal":"no"}'), { kind: "content" }],
  ["an unknown field", delta('{"audio":{"data":"x"}}'), { kind: "content" }],
  ["a completion's text", '{"choices":[{"index":0,"text":"x"}]}', { kind: "content" }],
  ["a finish", delta("{}", ',"finish_reason":"stop"'), { kind: "content" }],
  ["usage alone", '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}', {
    kind: "content",
    isUsageAlone: true,
    usage: { inputTokens: 1, outputTokens: 2 },
  }],
  ["the role alone", delta('{"role":"assistant","content":"","tool_calls":[]}'), { kind: "heartbeat" }],
  ["an empty delta", delta("{}", ',"finish_reason":null'), { kind: "heartbeat" }],
  ["no choices", '{"choices":[],"prompt_filter_results":[{}]}', { kind: "heartbeat" }],
  ["usage null", '{"choices":[],"usage":null}', { kind: "heartbeat" }],
  ["[DONE]", "[DONE]", { kind: "terminal" }],
  ["text that looks like an error", delta('{"content":"{\\"error\\":1} [DONE]"}'), { kind: "content" }],
  ["an error", '{"error":{"message":"overloaded","code":502}}', { kind: "error", message: "overloaded" }],
  ["an error that is a text", '{"error":"overloaded"}', { kind: "error", message: "overloaded" }],
  ["an error object", '{"object":"error","message":"too long","code":40303}', { kind: "error", message: "too long" }],
  ["an error as finish", delta("{}", ',"finish_reason":"error"'), {
    kind: "error",
    message: "the answer finished with an error",
  }],
  ["error null beside text", '{"error":null,"choices":[{"delta":{"content":"x"}}]}', { kind: "content" }],
  ["a cut event", '{"choices":[{"delta":{"content":"x', { kind: "malformed" }],
  ["an event broken in its middle", '{"choices":[{"delta":}]}', { kind: "malformed" }],
  ["no object", "[1]", { kind: "malformed" }],
  ["an object of another shape", '{"detail":"Not found"}', { kind: "malformed" }],
];

for (const [name, data, info] of frames) {
  Deno.test(`openaiFrameReader() finds ${info.kind} in ${name}`, () => {
    assertEquals(openaiFrameReader("chat").inspect({ bytes: new Uint8Array(), data }), info);
  });
}

const streams: [name: string, events: string[], complete: boolean, empty: boolean][] = [
  ["text only", [delta('{"content":"x"}')], false, false],
  ["text and [DONE]", [delta('{"content":"x"}'), "[DONE]"], true, false],
  ["text and finish", [delta('{"content":"x"}'), delta("{}", ',"finish_reason":"stop"')], true, false],
  ["finish and usage", [delta("{}", ',"finish_reason":"length"'), '{"choices":[],"usage":{}}'], true, false],
  ["[DONE] first", ["[DONE]"], true, true],
  ["role and [DONE]", [delta('{"role":"assistant"}'), "[DONE]"], true, true],
  ["usage and [DONE]", ['{"choices":[],"usage":{}}', "[DONE]"], true, true],
  [
    "one of two choices finished",
    [
      delta('{"content":"x"}'),
      '{"choices":[{"index":1,"delta":{"content":"y"}}]}',
      delta("{}", ',"finish_reason":"stop"'),
    ],
    false,
    false,
  ],
  ["nothing", [], false, true],
];

for (const [name, events, complete, empty] of streams) {
  Deno.test(`openaiFrameReader() after ${name} is ${complete ? "" : "not "}complete, ${empty ? "" : "not "}empty`, () => {
    const reader = openaiFrameReader("chat");
    for (const data of events) reader.inspect({ bytes: new Uint8Array(), data });
    assertEquals([reader.complete, reader.empty], [complete, empty]);
  });
}

const answers: [name: string, operation: Operation, json: unknown, info: FrameInfo][] = [
  ["a chat", "chat", { choices: [{ message: {} }], usage: { prompt_tokens: 1 } }, {
    kind: "terminal",
    usage: { inputTokens: 1 },
  }],
  ["a chat without finish_reason", "chat", { choices: [{ message: { content: "x" }, finish_reason: null }] }, {
    kind: "terminal",
    usage: undefined,
  }],
  ["a completion", "generate", { choices: [{ text: "" }] }, { kind: "terminal", usage: undefined }],
  ["embeddings", "embed", { data: [] }, { kind: "terminal", usage: undefined }],
  ["an error", "chat", { error: { message: "x" } }, { kind: "error", message: "x" }],
  ["a choice that failed", "chat", { choices: [{ message: {}, error: { message: "x" } }] }, {
    kind: "error",
    message: "x",
  }],
  ["no choices", "chat", { choices: [] }, { kind: "malformed" }],
  ["another shape", "generate", { choices: [{ message: {} }] }, { kind: "malformed" }],
  ["a text", "chat", "x", { kind: "malformed" }],
];

for (const [name, operation, json, info] of answers) {
  Deno.test(`inspectOpenAIAnswer() finds ${info.kind} in ${name}`, () => {
    assertEquals(inspectOpenAIAnswer(json, operation), info);
  });
}

const types: [status: number, type: string][] = [
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [429, "rate_limit_error"],
  [503, "api_error"],
];

for (const [status, type] of types) {
  Deno.test(`openaiErrors names ${status} ${type}`, () => {
    const { body, contentType } = openaiErrors.error(status, "no");
    assertEquals(JSON.parse(body), { error: { message: "no", type, param: null, code: null } });
    assertEquals(contentType, "application/json");
  });
}

Deno.test("openaiErrors keeps type, param and code", () => {
  const { body } = openaiErrors.error(400, "no", { type: "t", param: "model", code: "c" });
  assertEquals(JSON.parse(body).error, { message: "no", type: "t", param: "model", code: "c" });
});

/** What openai-node makes of a streamed answer, without a network. */
async function readWithClient(answer: string): Promise<string> {
  const client = new OpenAI({
    apiKey: "none",
    baseURL: "http://127.0.0.1/v1",
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(answer, { headers: { "content-type": "text/event-stream" } })),
  });
  let text = "";
  const stream = await client.chat.completions.create({
    model: "m",
    stream: true,
    messages: [{ role: "user", content: "x" }],
  });
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

Deno.test("openaiErrors.streamError() makes openai-node throw inside a started stream", async () => {
  const begun = `data: ${delta('{"content":"x"}')}\n\n`;
  assertEquals(await readWithClient(begun + openaiDone), "x");
  const error = await assertRejects(() => readWithClient(begun + openaiErrors.streamError("backend lost")), APIError);
  assertEquals(error.message, "backend lost");
});
