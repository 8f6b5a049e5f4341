import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { RequestError } from "../../core/errors.ts";
import { parseOllamaRequest } from "../ollama.ts";
import type { Translation } from "../types.ts";
import { translateToOpenAI } from "./to_openai.ts";

type Json = Record<string, unknown>;

const startedAt = Date.UTC(2026, 7, 1);
const png = "iVBORw0KGgoAAAANSUhEUg==";

/** A clock that goes on 10 ms at each look, and ids that count. */
function fixture() {
  let looks = 0;
  let ids = 0;
  return { model: "there", now: () => startedAt + 10 * looks++, id: () => String(++ids) };
}

function translate(path: string, json: Json, options: { topK?: boolean } = {}): Translation {
  const body = new TextEncoder().encode(JSON.stringify({ model: "here", ...json }));
  return translateToOpenAI(parseOllamaRequest(path, body), { ...fixture(), ...options });
}

const user = { role: "user", content: "hi" };

/** Rows of the translation table: what an Ollama client writes in a chat, and what of it reaches the backend. */
const rows: [name: string, ollama: Json, openai: Json][] = [
  ["stream by default, and asks for usage", {}, { stream: true, stream_options: { include_usage: true } }],
  ["stream false, set explicitly", { stream: false }, { stream: false }],
  [
    "sampling parameters of the same name",
    {
      stream: false,
      options: { temperature: 0, top_p: 0.5, seed: 7, frequency_penalty: 0.1, presence_penalty: -0.2 },
    },
    { stream: false, temperature: 0, top_p: 0.5, seed: 7, frequency_penalty: 0.1, presence_penalty: -0.2 },
  ],
  ["num_predict", { stream: false, options: { num_predict: 9 } }, { stream: false, max_tokens: 9 }],
  ["num_predict -1 left out", { stream: false, options: { num_predict: -1 } }, { stream: false }],
  ["num_predict -2 left out", { stream: false, options: { num_predict: -2 } }, { stream: false }],
  ["stop as a string", { stream: false, options: { stop: "x" } }, { stream: false, stop: ["x"] }],
  ["stop as a list", { stream: false, options: { stop: ["x", "y"] } }, { stream: false, stop: ["x", "y"] }],
  ["stop empty", { stream: false, options: { stop: [] } }, { stream: false }],
  [
    "what OpenAI has no word for, dropped",
    {
      stream: false,
      keep_alive: "5m",
      truncate: true,
      shift: false,
      unknown: 1,
      options: { top_k: 40, min_p: 0.1, repeat_penalty: 1.1, num_ctx: 8192, num_gpu: 1, mirostat: 0 },
    },
    { stream: false },
  ],
  ["null fields", { stream: false, options: null, format: null, think: null, tools: null }, { stream: false }],
  ["format json", { stream: false, format: "json" }, { stream: false, response_format: { type: "json_object" } }],
  ["format empty", { stream: false, format: "" }, { stream: false }],
  ["format schema", { stream: false, format: { type: "object" } }, {
    stream: false,
    response_format: { type: "json_schema", json_schema: { name: "response", schema: { type: "object" } } },
  }],
  ["think false", { stream: false, think: false }, { stream: false, reasoning_effort: "none" }],
  ["think true", { stream: false, think: true }, { stream: false, reasoning_effort: "medium" }],
  ["think level", { stream: false, think: "high" }, { stream: false, reasoning_effort: "high" }],
  ["tools", { stream: false, tools: [{ type: "function", function: { name: "f" } }] }, {
    stream: false,
    tools: [{ type: "function", function: { name: "f" } }],
  }],
  ["logprobs", { stream: false, logprobs: true, top_logprobs: 3 }, { stream: false, logprobs: true, top_logprobs: 3 }],
];

for (const [name, ollama, openai] of rows) {
  Deno.test(`translateToOpenAI() writes ${name}`, () => {
    const { path, body } = translate("/api/chat", { messages: [user], ...ollama });
    assertEquals(path, "/chat/completions");
    assertEquals(body, { model: "there", messages: [user], ...openai });
  });
}

Deno.test("translateToOpenAI() sends top_k, min_p and repeat_penalty where the backend takes them", () => {
  const options = { top_k: 40, min_p: 0.1, repeat_penalty: 1.1 };
  const { body } = translate("/api/chat", { messages: [user], stream: false, options }, { topK: true });
  assertEquals(body, {
    model: "there",
    messages: [user],
    stream: false,
    ...options,
    repetition_penalty: 1.1,
  });
});

const messages: [name: string, ollama: Json[], openai: Json[]][] = [
  ["roles in lower case", [{ role: "System", content: "s" }, user], [{ role: "system", content: "s" }, user]],
  ["images after text", [{ ...user, images: [png] }], [{
    role: "user",
    content: [{ type: "text", text: "hi" }, { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } }],
  }]],
  ["images without text", [{ role: "user", content: "", images: [png] }], [{
    role: "user",
    content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${png}` } }],
  }]],
  ["thinking", [user, { role: "assistant", content: "a", thinking: "t" }, user], [
    user,
    { role: "assistant", content: "a", reasoning: "t" },
    user,
  ]],
  [
    "parallel tool calls without ids and results by name, out of order",
    [
      user,
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { function: { name: "a", arguments: { z: 1, y: 2 } } },
          { function: { name: "b", arguments: {} } },
        ],
      },
      { role: "tool", tool_name: "b", content: "B" },
      { role: "tool", tool_name: "a", content: "A" },
    ],
    [
      user,
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "a", arguments: '{"z":1,"y":2}' } },
          { id: "call_2", type: "function", function: { name: "b", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "call_2", content: "B" },
      { role: "tool", tool_call_id: "call_1", content: "A" },
    ],
  ],
  [
    "tool calls with ids, and two of one tool in order",
    [
      {
        role: "assistant",
        content: "wait",
        tool_calls: [
          { id: "p", function: { name: "a", arguments: { n: 1 } } },
          { id: "q", function: { name: "a", arguments: { n: 2 } } },
        ],
      },
      { role: "tool", tool_name: "a", content: "1" },
      { role: "tool", tool_call_id: "q", content: "2" },
    ],
    [
      {
        role: "assistant",
        content: "wait",
        tool_calls: [
          { id: "p", type: "function", function: { name: "a", arguments: '{"n":1}' } },
          { id: "q", type: "function", function: { name: "a", arguments: '{"n":2}' } },
        ],
      },
      { role: "tool", tool_call_id: "p", content: "1" },
      { role: "tool", tool_call_id: "q", content: "2" },
    ],
  ],
  [
    "two calls of one tool without ids, answered in order",
    [
      { role: "assistant", content: "", tool_calls: [{ function: { name: "a" } }, { function: { name: "a" } }] },
      { role: "tool", tool_name: "a", content: "1" },
      { role: "tool", tool_name: "a", content: "2" },
    ],
    [
      {
        role: "assistant",
        content: null,
        tool_calls: ["call_1", "call_2"].map((id) => ({
          id,
          type: "function",
          function: { name: "a", arguments: "{}" },
        })),
      },
      { role: "tool", tool_call_id: "call_1", content: "1" },
      { role: "tool", tool_call_id: "call_2", content: "2" },
    ],
  ],
];

for (const [name, ollama, openai] of messages) {
  Deno.test(`translateToOpenAI() writes messages with ${name}`, () => {
    assertEquals(translate("/api/chat", { messages: ollama }).body.messages, openai);
  });
}

const refused: [name: string, path: string, json: Json, param: string][] = [
  ["no role", "/api/chat", { messages: [{ content: "x" }] }, "messages[0].role"],
  ["content that is no text", "/api/chat", { messages: [{ role: "user", content: [] }] }, "messages[0].content"],
  ["a message that is no object", "/api/chat", { messages: ["x"] }, "messages[0]"],
  ["messages that are no array", "/api/chat", { messages: "x" }, "messages"],
  ["an unknown image", "/api/chat", { messages: [user, { ...user, images: ["QUJD"] }] }, "messages[1].images[0]"],
  [
    "an image of the assistant",
    "/api/chat",
    { messages: [{ role: "assistant", images: [png] }] },
    "messages[0].images",
  ],
  ["broken tool calls", "/api/chat", { messages: [{ role: "assistant", tool_calls: [{}] }] }, "messages[0].tool_calls"],
  ["an unknown think", "/api/chat", { messages: [user], think: "hard" }, "think"],
  ["an unknown format", "/api/chat", { messages: [user], format: "xml" }, "format"],
  ["a stop that is no text", "/api/chat", { messages: [user], options: { stop: [1] } }, "options.stop"],
  [
    "a temperature that is no number",
    "/api/chat",
    { messages: [user], options: { temperature: "1" } },
    "options.temperature",
  ],
  ["options that are no object", "/api/chat", { messages: [user], options: [] }, "options"],
  ["loading a model", "/api/chat", { messages: [] }, "messages"],
  ["unloading a model", "/api/generate", { keep_alive: 0 }, "prompt"],
  ["a template", "/api/generate", { prompt: "x", template: "{{ .Prompt }}" }, "template"],
  ["context", "/api/generate", { prompt: "x", context: [1] }, "context"],
  ["raw with images", "/api/generate", { prompt: "x", raw: true, images: [png] }, "images"],
  ["suffix with system", "/api/generate", { prompt: "x", suffix: "y", system: "s" }, "system"],
  ["an input that is no text", "/api/embed", { input: [1, 2] }, "input"],
  ["no input", "/api/embed", {}, "input"],
];

for (const [name, path, json, param] of refused) {
  Deno.test(`translateToOpenAI() refuses ${name}, naming ${param}`, () => {
    const error = assertThrows(() => translate(path, json), RequestError);
    assertEquals([error.status, error.param], [400, param]);
    assertMatch(error.message, /^Cannot translate the request: /);
  });
}

Deno.test("translateToOpenAI() asks generate as a conversation with system, prompt and images", () => {
  const { path, body } = translate("/api/generate", { prompt: "hi", system: "s", images: [png], stream: false });
  assertEquals(path, "/chat/completions");
  assertEquals(body.messages, [
    { role: "system", content: "s" },
    {
      role: "user",
      content: [{ type: "text", text: "hi" }, {
        type: "image_url",
        image_url: { url: `data:image/png;base64,${png}` },
      }],
    },
  ]);
});

Deno.test("translateToOpenAI() asks raw and suffix as a completion", () => {
  const raw = translate("/api/generate", { prompt: "hi", raw: true, stream: false, options: { num_predict: 5 } });
  assertEquals(raw.path, "/completions");
  assertEquals(raw.body, { model: "there", prompt: "hi", stream: false, max_tokens: 5 });
  const suffix = translate("/api/generate", { prompt: "a", suffix: "c", stream: false, logprobs: true });
  assertEquals(suffix.body, { model: "there", prompt: "a", suffix: "c", logprobs: 1, stream: false });
});

const finishes: [openai: string | null, ollama: string][] = [
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "stop"],
  ["content_filter", "stop"],
  [null, "stop"],
];

for (const [openai, ollama] of finishes) {
  Deno.test(`translateToOpenAI() answers finish_reason ${openai} as done_reason ${ollama}`, () => {
    const { answer, stream } = translate("/api/chat", { messages: [user] });
    const { json } = answer({ choices: [{ message: { content: "x" }, finish_reason: openai }] });
    assertEquals((json as Json).done_reason, ollama);
    const translator = stream();
    translator.push(JSON.stringify({ choices: [{ delta: {}, finish_reason: openai }] }));
    assertEquals(JSON.parse(translator.end()).done_reason, ollama);
  });
}

Deno.test("translateToOpenAI() answers a whole chat with thinking, tool calls, logprobs and counts", () => {
  const { json, usage } = translate("/api/chat", { messages: [user] }).answer({
    model: "there",
    choices: [{
      message: {
        role: "assistant",
        content: null,
        reasoning_content: "hm",
        tool_calls: [
          { id: "x", type: "function", function: { name: "f", arguments: '{"z":1,"a":[2]}' } },
          { type: "function", function: { name: "g", arguments: "" } },
        ],
      },
      logprobs: { content: [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }] },
      finish_reason: "tool_calls",
    }],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  });
  assertEquals(usage, { inputTokens: 3, outputTokens: 4 });
  assertEquals(json, {
    model: "here",
    created_at: "2026-08-01T00:00:00.000Z",
    message: {
      role: "assistant",
      content: "",
      thinking: "hm",
      tool_calls: [
        { id: "x", function: { index: 0, name: "f", arguments: { z: 1, a: [2] } } },
        { id: "call_1", function: { index: 1, name: "g", arguments: {} } },
      ],
    },
    logprobs: [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }],
    done: true,
    done_reason: "stop",
    total_duration: 10_000_000,
    prompt_eval_count: 3,
    eval_count: 4,
  });
});

Deno.test("translateToOpenAI() answers a generate as response and thinking", () => {
  const { json } = translate("/api/generate", { prompt: "x" }).answer({
    choices: [{ message: { content: "y", reasoning: "t" }, finish_reason: "stop" }],
  });
  const { response, thinking, message, done } = json as Json;
  assertEquals([response, thinking, message, done], ["y", "t", undefined, true]);
});

Deno.test("translateToOpenAI() answers a completion with its older logprobs", () => {
  const { json } = translate("/api/generate", { prompt: "x", raw: true }).answer({
    choices: [{
      text: "y",
      logprobs: { tokens: ["y"], token_logprobs: [-0.5], top_logprobs: [{ y: -0.5, z: -2 }], text_offset: [0] },
      finish_reason: "length",
    }],
  });
  assertEquals((json as Json).response, "y");
  assertEquals((json as Json).logprobs, [{
    token: "y",
    logprob: -0.5,
    top_logprobs: [{ token: "y", logprob: -0.5 }, { token: "z", logprob: -2 }],
  }]);
});

Deno.test("translateToOpenAI() keeps a refusal as text", () => {
  const { json } = translate("/api/chat", { messages: [user] }).answer({
    choices: [{ message: { content: null, refusal: "I cannot" }, finish_reason: "stop" }],
  });
  assertEquals(((json as Json).message as Json).content, "I cannot");
});

function streamed(translation: Translation, chunks: unknown[]): Json[] {
  const translator = translation.stream();
  const text = chunks.map((chunk) => translator.push(typeof chunk === "string" ? chunk : JSON.stringify(chunk)));
  text.push(translator.end());
  assertEquals(translator.end(), "");
  return text.join("").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

const delta = (json: Json, more: Json = {}) => ({ choices: [{ index: 0, delta: json, ...more }] });

Deno.test("translateToOpenAI() streams text, thinking and the final object with usage of the last chunk", () => {
  const translation = translate("/api/chat", { messages: [user] });
  const lines = streamed(translation, [
    delta({ role: "assistant", content: "" }),
    delta({ reasoning: "hm" }),
    delta({ content: "he" }),
    delta({ content: "llo" }),
    delta({}, { finish_reason: "length" }),
    { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } },
    "[DONE]",
  ]);
  const common = { model: "here", created_at: "2026-08-01T00:00:00.000Z" };
  assertEquals(lines, [
    { ...common, message: { role: "assistant", content: "", thinking: "hm" }, done: false },
    { ...common, message: { role: "assistant", content: "he" }, done: false },
    { ...common, message: { role: "assistant", content: "llo" }, done: false },
    {
      ...common,
      message: { role: "assistant", content: "" },
      done: true,
      done_reason: "length",
      total_duration: 20_000_000,
      prompt_eval_count: 3,
      prompt_eval_duration: 10_000_000,
      eval_count: 4,
      eval_duration: 10_000_000,
    },
  ]);
});

Deno.test("translateToOpenAI() streams a generate, and ends it whole without [DONE]", () => {
  const lines = streamed(translate("/api/generate", { prompt: "x" }), [
    delta({ content: "a" }),
    delta({}, { finish_reason: "stop" }),
  ]);
  assertEquals(lines.map(({ response, done }) => [response, done]), [["a", false], ["", true]]);
});

Deno.test("translateToOpenAI() streams tool calls whole, gathered from interleaved fragments", () => {
  const call = (index: number, fn: Json, more: Json = {}) => delta({ tool_calls: [{ index, function: fn, ...more }] });
  const lines = streamed(translate("/api/chat", { messages: [user] }), [
    call(0, { name: "f", arguments: "" }, { id: "p", type: "function" }),
    call(1, { name: "g", arguments: '{"b"' }, { id: "q", type: "function" }),
    call(0, { arguments: '{"id":123456789012345678}' }),
    call(1, { arguments: ":2}" }),
    delta({}, { finish_reason: "tool_calls" }),
    "[DONE]",
  ]);
  assertEquals(lines.length, 2);
  assertEquals((lines[0].message as Json).tool_calls, [
    { id: "p", function: { index: 0, name: "f", arguments: { id: 123456789012345678 } } },
    { id: "q", function: { index: 1, name: "g", arguments: { b: 2 } } },
  ]);
  assertEquals([lines[0].done, lines[1].done, lines[1].done_reason], [false, true, "stop"]);
});

Deno.test("translateToOpenAI() keeps whole numbers beyond 2^53 in tool calls", () => {
  const translator = translate("/api/chat", { messages: [user] }).stream();
  translator.push(
    JSON.stringify(delta({ tool_calls: [{ function: { name: "f", arguments: '{"n":12345678901234567890}' } }] })),
  );
  assertMatch(translator.end(), /"arguments":\{"n":12345678901234567890\}/);
});

for (
  const [name, chunk] of [
    ["no JSON", "{"],
    ["no object", "[]"],
    ["another shape", '{"detail":"x"}'],
    ["an error", '{"error":{"message":"x"}}'],
  ]
) {
  Deno.test(`translateToOpenAI() throws SyntaxError when a streamed frame is ${name}`, () => {
    assertThrows(() => translate("/api/chat", { messages: [user] }).stream().push(chunk), SyntaxError);
  });
}

for (const json of [null, [], {}, { choices: [] }, { error: { message: "x" } }]) {
  Deno.test(`translateToOpenAI() throws SyntaxError when the whole answer is ${JSON.stringify(json)}`, () => {
    assertThrows(() => translate("/api/chat", { messages: [user] }).answer(json), SyntaxError);
  });
}

for (const text of ['{"a":', "[1]", '"x"', "nonsense"]) {
  Deno.test(`translateToOpenAI() throws SyntaxError for tool arguments ${text}`, () => {
    const tool_calls = [{ index: 0, id: "p", function: { name: "f", arguments: text } }];
    const translation = translate("/api/chat", { messages: [user] });
    assertThrows(() => translation.answer({ choices: [{ message: { tool_calls } }] }), SyntaxError);
    const translator = translation.stream();
    assertEquals(translator.push(JSON.stringify(delta({ tool_calls }))), "");
    assertThrows(() => translator.push(JSON.stringify(delta({}, { finish_reason: "tool_calls" }))), SyntaxError);
  });
}
