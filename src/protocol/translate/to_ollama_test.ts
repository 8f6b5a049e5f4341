import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { RequestError } from "../../core/errors.ts";
import { parseOpenAIRequest } from "../openai.ts";
import type { Translation } from "../types.ts";
import { translateToOllama } from "./to_ollama.ts";

type Json = Record<string, unknown>;

const startedAt = Date.UTC(2026, 7, 1);
const created = startedAt / 1000;
const image = "iVBORw0KGgoAAAANSUhEUg==";

function translate(path: string, json: Json): Translation {
  const body = new TextEncoder().encode(JSON.stringify({ model: "here", ...json }));
  let ids = 0;
  return translateToOllama(parseOpenAIRequest(path, body), {
    model: "there",
    now: () => startedAt,
    id: () => String(++ids),
  });
}

const chatPath = "/v1/chat/completions";
const user = { role: "user", content: "hi" };
const tool = (name: string) => ({ type: "function", function: { name, parameters: { type: "object" } } });

/** Rows of the translation table: what an OpenAI client writes in a chat, and what of it reaches Ollama. */
const rows: [name: string, openai: Json, ollama: Json][] = [
  ["no stream by default, set explicitly", {}, { stream: false }],
  ["stream", { stream: true, stream_options: { include_usage: true } }, { stream: true }],
  [
    "sampling parameters",
    { temperature: 0, top_p: 0.5, seed: 7, frequency_penalty: 0.1, presence_penalty: 0.2, top_k: 4, min_p: 0.1 },
    {
      stream: false,
      options: {
        temperature: 0,
        top_p: 0.5,
        seed: 7,
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
        top_k: 4,
        min_p: 0.1,
      },
    },
  ],
  ["repetition_penalty", { repetition_penalty: 1.2 }, { stream: false, options: { repeat_penalty: 1.2 } }],
  ["max_tokens", { max_tokens: 5 }, { stream: false, options: { num_predict: 5 } }],
  ["max_completion_tokens first", { max_tokens: 5, max_completion_tokens: 6 }, {
    stream: false,
    options: { num_predict: 6 },
  }],
  ["stop as a string", { stop: "x" }, { stream: false, options: { stop: ["x"] } }],
  ["stop as a list", { stop: ["x", "y"] }, { stream: false, options: { stop: ["x", "y"] } }],
  ["null fields", { temperature: null, stop: null, tools: null, response_format: null, n: null }, { stream: false }],
  ["what Ollama has no word for, dropped", { user: "u", metadata: {}, store: true, parallel_tool_calls: false, n: 1 }, {
    stream: false,
  }],
  ["response_format text", { response_format: { type: "text" } }, { stream: false }],
  ["response_format json_object", { response_format: { type: "json_object" } }, { stream: false, format: "json" }],
  [
    "response_format json_schema",
    { response_format: { type: "json_schema", json_schema: { name: "x", strict: true, schema: { type: "object" } } } },
    { stream: false, format: { type: "object" } },
  ],
  ["reasoning_effort none", { reasoning_effort: "none" }, { stream: false, think: false }],
  ["reasoning_effort minimal", { reasoning_effort: "minimal" }, { stream: false, think: "low" }],
  ["reasoning_effort high", { reasoning_effort: "high" }, { stream: false, think: "high" }],
  ["reasoning.effort", { reasoning: { effort: "medium" } }, { stream: false, think: "medium" }],
  ["tools", { tools: [tool("f")], tool_choice: "auto" }, { stream: false, tools: [tool("f")] }],
  ["tool_choice none", { tools: [tool("f")], tool_choice: "none" }, { stream: false }],
  [
    "a named tool_choice",
    { tools: [tool("f"), tool("g")], tool_choice: { type: "function", function: { name: "g" } } },
    { stream: false, tools: [tool("g")] },
  ],
  ["logprobs", { logprobs: true, top_logprobs: 2 }, { stream: false, logprobs: true, top_logprobs: 2 }],
];

for (const [name, openai, ollama] of rows) {
  Deno.test(`translateToOllama() writes ${name}`, () => {
    const { path, body } = translate(chatPath, { messages: [user], ...openai });
    assertEquals(path, "/api/chat");
    assertEquals(body, { model: "there", messages: [user], ...ollama });
  });
}

const messages: [name: string, openai: Json[], ollama: Json[]][] = [
  ["developer", [{ role: "developer", content: "d" }, user], [{ role: "system", content: "d" }, user]],
  [
    "parts of text and images",
    [{
      role: "user",
      content: [
        { type: "text", text: "a" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${image}` } },
        { type: "text", text: "b" },
        { type: "image_url", image_url: `data:;base64,${image}` },
      ],
    }],
    [{ role: "user", content: "a\nb", images: [image, image] }],
  ],
  ["reasoning", [{ role: "assistant", content: "a", reasoning: "t" }], [{
    role: "assistant",
    content: "a",
    thinking: "t",
  }]],
  ["reasoning_content", [{ role: "assistant", content: "a", reasoning_content: "t" }], [{
    role: "assistant",
    content: "a",
    thinking: "t",
  }]],
  [
    "tool calls and results, whose names are found by searching back",
    [
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "p", type: "function", function: { name: "f", arguments: '{"z":1,"a":2}' } },
          { id: "q", type: "function", function: { name: "g", arguments: "" } },
        ],
      },
      { role: "tool", tool_call_id: "q", content: "G" },
      { role: "tool", tool_call_id: "p", content: [{ type: "text", text: "F" }] },
    ],
    [
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "p", function: { index: 0, name: "f", arguments: { z: 1, a: 2 } } },
          { id: "q", function: { index: 1, name: "g", arguments: {} } },
        ],
      },
      { role: "tool", content: "G", tool_name: "g", tool_call_id: "q" },
      { role: "tool", content: "F", tool_name: "f", tool_call_id: "p" },
    ],
  ],
  [
    "an id used twice: the last call before the result counts",
    [
      { role: "assistant", tool_calls: [{ id: "p", function: { name: "old", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "p", content: "1" },
      { role: "assistant", tool_calls: [{ id: "p", function: { name: "new", arguments: "{}" } }] },
      { role: "tool", tool_call_id: "p", content: "2" },
    ],
    [
      { role: "assistant", content: "", tool_calls: [{ id: "p", function: { index: 0, name: "old", arguments: {} } }] },
      { role: "tool", content: "1", tool_name: "old", tool_call_id: "p" },
      { role: "assistant", content: "", tool_calls: [{ id: "p", function: { index: 0, name: "new", arguments: {} } }] },
      { role: "tool", content: "2", tool_name: "new", tool_call_id: "p" },
    ],
  ],
  ["a refusal", [{ role: "assistant", content: null, refusal: "no" }], [{ role: "assistant", content: "no" }]],
];

for (const [name, openai, ollama] of messages) {
  Deno.test(`translateToOllama() writes messages with ${name}`, () => {
    assertEquals(translate(chatPath, { messages: openai }).body.messages, ollama);
  });
}

Deno.test("translateToOllama() keeps whole numbers beyond 2^53 and the key order of tool arguments", () => {
  const { body } = translate(chatPath, {
    messages: [{
      role: "assistant",
      tool_calls: [{ id: "p", function: { name: "f", arguments: '{"z":12345678901234567890,"a":1}' } }],
    }],
  });
  assertMatch(JSON.stringify(body), /"arguments":\{"z":12345678901234567890,"a":1\}/);
});

const part = (json: Json) => ({ messages: [{ role: "user", content: [json] }] });
const url = "messages[0].content[0].image_url.url";

const refused: [name: string, path: string, json: Json, param: string][] = [
  ["a web image", chatPath, part({ type: "image_url", image_url: { url: "http://169.254.169.254/x.png" } }), url],
  ["a web image in capitals", chatPath, part({ type: "image_url", image_url: { url: "HTTPS://x/y.png" } }), url],
  ["a file image", chatPath, part({ type: "image_url", image_url: { url: "file:///etc/passwd" } }), url],
  ["a data URL without base64", chatPath, part({ type: "image_url", image_url: { url: "data:image/png,x" } }), url],
  [
    "a data URL that is no image",
    chatPath,
    part({ type: "image_url", image_url: { url: "data:text/html;base64,QQ==" } }),
    url,
  ],
  ["an empty image", chatPath, part({ type: "image_url", image_url: { url: "data:image/png;base64," } }), url],
  ["audio", chatPath, part({ type: "input_audio", input_audio: {} }), "messages[0].content[0].type"],
  ["no role", chatPath, { messages: [{ content: "x" }] }, "messages[0].role"],
  ["content that is a number", chatPath, { messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
  [
    "arguments that are no JSON",
    chatPath,
    { messages: [{ role: "assistant", tool_calls: [{ id: "p", function: { name: "f", arguments: "{" } }] }] },
    "messages[0].tool_calls[0].function.arguments",
  ],
  ["n above 1", chatPath, { messages: [user], n: 2 }, "n"],
  ["functions", chatPath, { messages: [user], functions: [{ name: "f" }] }, "functions"],
  ["audio answers", chatPath, { messages: [user], modalities: ["text", "audio"] }, "modalities"],
  ["custom tools", chatPath, { messages: [user], tools: [{ type: "custom" }] }, "tools[0].type"],
  ["an unknown effort", chatPath, { messages: [user], reasoning_effort: "extreme" }, "reasoning_effort"],
  ["an unknown format", chatPath, { messages: [user], response_format: { type: "xml" } }, "response_format.type"],
  [
    "a schema that is missing",
    chatPath,
    { messages: [user], response_format: { type: "json_schema" } },
    "response_format.json_schema.schema",
  ],
  ["several prompts", "/v1/completions", { prompt: ["a", "b"] }, "prompt"],
  ["a prompt of tokens", "/v1/completions", { prompt: [1, 2] }, "prompt"],
  ["an empty prompt", "/v1/completions", { prompt: "" }, "prompt"],
  ["echo", "/v1/completions", { prompt: "x", echo: true }, "echo"],
  ["best_of", "/v1/completions", { prompt: "x", best_of: 2 }, "best_of"],
  ["an input of tokens", "/v1/embeddings", { input: [1, 2] }, "input"],
  ["an input of token lists", "/v1/embeddings", { input: [[1], [2]] }, "input"],
  ["an unknown encoding", "/v1/embeddings", { input: "x", encoding_format: "int8" }, "encoding_format"],
];

for (const [name, path, json, param] of refused) {
  Deno.test(`translateToOllama() refuses ${name}, naming ${param}`, () => {
    const error = assertThrows(() => translate(path, json), RequestError);
    assertEquals([error.status, error.param], [400, param]);
    assertMatch(error.message, /^Cannot translate the request: /);
  });
}

Deno.test("translateToOllama() asks a completion as generate", () => {
  const { path, body } = translate("/v1/completions", { prompt: ["a"], suffix: "c", max_tokens: 3, logprobs: 2 });
  assertEquals(path, "/api/generate");
  assertEquals(body, {
    model: "there",
    prompt: "a",
    suffix: "c",
    logprobs: true,
    top_logprobs: 2,
    stream: false,
    options: { num_predict: 3 },
  });
});

const finishes: [ollama: Json, openai: string][] = [
  [{ done_reason: "stop" }, "stop"],
  [{ done_reason: "length" }, "length"],
  [{}, "stop"],
  [{ message: { tool_calls: [{ function: { name: "f", arguments: {} } }] }, done_reason: "stop" }, "tool_calls"],
  [{ message: { tool_calls: [{ function: { name: "f", arguments: {} } }] }, done_reason: "length" }, "length"],
];

for (const [ollama, openai] of finishes) {
  Deno.test(`translateToOllama() answers ${JSON.stringify(ollama)} as finish_reason ${openai}`, () => {
    const done = { message: { content: "x" }, done: true, ...ollama };
    const { answer, stream } = translate(chatPath, { messages: [user] });
    const { json } = answer(done) as { json: { choices: Json[] } };
    assertEquals(json.choices[0].finish_reason, openai);
    const translator = stream();
    translator.push(JSON.stringify(done));
    assertMatch(translator.end(), new RegExp(`"finish_reason":"${openai}"`));
  });
}

Deno.test("translateToOllama() answers a whole chat with reasoning, tool calls, logprobs and usage", () => {
  const { json, usage } = translate(chatPath, { messages: [user] }).answer({
    model: "there",
    message: {
      role: "assistant",
      content: "",
      thinking: "hm",
      tool_calls: [
        { function: { name: "f", arguments: { z: 1, a: 2 } } },
        { id: "x", function: { index: 1, name: "g", arguments: {} } },
      ],
    },
    logprobs: [{ token: "a", logprob: -1 }],
    done: true,
    done_reason: "stop",
    prompt_eval_count: 3,
    eval_count: 4,
  });
  assertEquals(usage, { inputTokens: 3, outputTokens: 4 });
  assertEquals(json, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created,
    model: "here",
    choices: [{
      index: 0,
      message: {
        role: "assistant",
        content: null,
        reasoning: "hm",
        tool_calls: [
          { id: "call_2", type: "function", function: { name: "f", arguments: '{"z":1,"a":2}' } },
          { id: "x", type: "function", function: { name: "g", arguments: "{}" } },
        ],
      },
      logprobs: { content: [{ token: "a", logprob: -1 }] },
      finish_reason: "tool_calls",
    }],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  });
});

Deno.test("translateToOllama() answers a completion as text", () => {
  const { json } = translate("/v1/completions", { prompt: "x" }).answer({
    response: "yz",
    done: true,
    logprobs: [{ token: "y", logprob: -1, top_logprobs: [{ token: "q", logprob: -3 }] }, { token: "z", logprob: -2 }],
  });
  assertEquals(json, {
    id: "cmpl-1",
    object: "text_completion",
    created,
    model: "here",
    choices: [{
      index: 0,
      text: "yz",
      logprobs: {
        tokens: ["y", "z"],
        token_logprobs: [-1, -2],
        top_logprobs: [{ q: -3 }, null],
        text_offset: [0, 1],
      },
      finish_reason: "stop",
    }],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  });
});

/** The events of a stream; the last one must be `[DONE]`. */
function streamed(translation: Translation, lines: Json[]): Json[] {
  const translator = translation.stream();
  const text = lines.map((line) => translator.push(JSON.stringify(line))).join("") + translator.end();
  assertEquals(translator.end(), "");
  const events = text.split("\n\n");
  assertEquals(events.slice(-2), ["data: [DONE]", ""]);
  return events.slice(0, -2).map((event) => {
    assert(event.startsWith("data: "), event);
    return JSON.parse(event.slice(6));
  });
}

const say = (message: Json) => ({
  model: "there",
  message: { role: "assistant", content: "", ...message },
  done: false,
});
const done = {
  message: { role: "assistant", content: "" },
  done: true,
  done_reason: "stop",
  prompt_eval_count: 3,
  eval_count: 4,
};

Deno.test("translateToOllama() streams role, reasoning, text and an empty delta with the finish", () => {
  const events = streamed(translate(chatPath, { messages: [user], stream: true }), [
    say({ thinking: "hm" }),
    say({ content: "he" }),
    say({}),
    say({ content: "llo" }),
    done,
  ]);
  for (const event of events) {
    assertEquals([event.id, event.object, event.created, event.model, "usage" in event], [
      "chatcmpl-1",
      "chat.completion.chunk",
      created,
      "here",
      false,
    ]);
  }
  const choice = (delta: Json, finish_reason: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason },
  ];
  assertEquals(events.map((event) => event.choices), [
    choice({ role: "assistant", content: "", reasoning: "hm" }),
    choice({ content: "he" }),
    choice({ content: "llo" }),
    choice({}, "stop"),
  ]);
});

Deno.test("translateToOllama() streams usage alone before [DONE] when it was asked for", () => {
  const asked = { messages: [user], stream: true, stream_options: { include_usage: true } };
  const events = streamed(translate(chatPath, asked), [say({ content: "x" }), done]);
  assertEquals(events.map((event) => event.usage), [
    null,
    null,
    { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  ]);
  assertEquals(events[2].choices, []);
});

Deno.test("translateToOllama() streams an empty answer with role and finish", () => {
  const events = streamed(translate(chatPath, { messages: [user], stream: true }), [done]) as { choices: Json[] }[];
  assertEquals(events.map(({ choices }) => [choices[0].delta, choices[0].finish_reason]), [
    [{ role: "assistant", content: "" }, null],
    [{}, "stop"],
  ]);
});

Deno.test("translateToOllama() streams text that comes with the final object", () => {
  const last = { ...done, message: { content: "end" } };
  const events = streamed(translate(chatPath, { messages: [user], stream: true }), [last]) as { choices: Json[] }[];
  assertEquals(events.map(({ choices }) => choices[0].delta), [{ role: "assistant", content: "end" }, {}]);
});

Deno.test("translateToOllama() numbers streamed tool calls across lines and finishes with tool_calls", () => {
  const call = (name: string) => ({ function: { name, arguments: { n: 1 } } });
  const events = streamed(translate(chatPath, { messages: [user], stream: true }), [
    say({ tool_calls: [call("a"), call("b")] }),
    say({ tool_calls: [call("c")] }),
    done,
  ]) as { choices: { delta: { tool_calls?: Json[] }; finish_reason: string | null }[] }[];
  const calls = events.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
  assertEquals(
    calls,
    ["a", "b", "c"].map((name, index) => ({
      index,
      id: `call_${index + 2}`,
      type: "function",
      function: { name, arguments: '{"n":1}' },
    })),
  );
  assertEquals(events.at(-1)?.choices[0].finish_reason, "tool_calls");
});

Deno.test("translateToOllama() streams a completion as text chunks", () => {
  const events = streamed(translate("/v1/completions", { prompt: "x", stream: true }), [
    { response: "he", done: false },
    { response: "", thinking: "hm", done: false },
    { response: "llo", done: false },
    { response: "", done: true, done_reason: "length" },
  ]) as { object: string; choices: Json[] }[];
  assertEquals(events.map(({ choices }) => [choices[0].text, choices[0].finish_reason]), [
    ["he", null],
    ["llo", null],
    ["", "length"],
  ]);
  assertEquals(events[0].object, "text_completion");
});

for (const line of ["{", "[]", "{}", '{"status":"success"}', '{"error":"x"}', '{"message":{"tool_calls":[{}]}}']) {
  Deno.test(`translateToOllama() throws SyntaxError for the streamed line ${line}`, () => {
    assertThrows(() => translate(chatPath, { messages: [user] }).stream().push(line), SyntaxError);
  });
}

for (const json of [null, [], {}, { error: "x" }]) {
  Deno.test(`translateToOllama() throws SyntaxError when the whole answer is ${JSON.stringify(json)}`, () => {
    assertThrows(() => translate(chatPath, { messages: [user] }).answer(json), SyntaxError);
  });
}
