import { assertEquals, assertThrows } from "@std/assert";
import { parseOllamaRequest } from "../ollama.ts";
import { parseOpenAIRequest } from "../openai.ts";
import type { Translation } from "../types.ts";
import { translateToOllama } from "./to_ollama.ts";
import { translateToOpenAI } from "./to_openai.ts";

type Json = Record<string, unknown>;

const encoder = new TextEncoder();
const options = () => {
  let looks = 0;
  return { model: "there", now: () => 1_000 + 5 * looks++, id: () => "1" };
};

function fromOllama(path: string, json: Json): Translation {
  return translateToOpenAI(
    parseOllamaRequest(path, encoder.encode(JSON.stringify({ model: "here", ...json }))),
    options(),
  );
}

function fromOpenAI(json: Json): Translation {
  const body = encoder.encode(JSON.stringify({ model: "here", ...json }));
  return translateToOllama(parseOpenAIRequest("/v1/embeddings", body), options());
}

Deno.test("translateToOpenAI() asks and answers /api/embed, in the order of the texts", () => {
  const { path, body, answer } = fromOllama("/api/embed", { input: ["a", "b"], dimensions: 2, truncate: true });
  assertEquals(path, "/embeddings");
  assertEquals(body, { model: "there", input: ["a", "b"], encoding_format: "float", dimensions: 2 });
  const { json, usage } = answer({
    data: [{ index: 1, embedding: [3, 4] }, { index: 0, embedding: [1, 2] }],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  });
  assertEquals(json, {
    model: "here",
    embeddings: [[1, 2], [3, 4]],
    total_duration: 5_000_000,
    prompt_eval_count: 5,
  });
  assertEquals(usage, { inputTokens: 5 });
});

Deno.test("translateToOpenAI() asks and answers the legacy /api/embeddings", () => {
  const { path, body, answer } = fromOllama("/api/embeddings", { prompt: "a" });
  assertEquals([path, body.input], ["/embeddings", "a"]);
  assertEquals(answer({ data: [{ embedding: [1, 2] }] }).json, { embedding: [1, 2] });
});

Deno.test("translateToOpenAI() reads embeddings that come as base64 although numbers were asked for", () => {
  const { answer } = fromOllama("/api/embed", { input: "a" });
  assertEquals((answer({ data: [{ index: 0, embedding: "AACAPwAAAMA=" }] }).json as Json).embeddings, [[1, -2]]);
});

Deno.test("translateToOllama() asks /api/embed and answers numbers", () => {
  const { path, body, answer } = fromOpenAI({ input: "a", dimensions: 2 });
  assertEquals(path, "/api/embed");
  assertEquals(body, { model: "there", input: "a", dimensions: 2 });
  const { json, usage } = answer({ embeddings: [[0.5, -2]], prompt_eval_count: 3 });
  assertEquals(json, {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [0.5, -2] }],
    model: "here",
    usage: { prompt_tokens: 3, total_tokens: 3 },
  });
  assertEquals(usage, { inputTokens: 3 });
});

Deno.test("translateToOllama() answers base64 of little-endian 32-bit floats when asked, as openai-node does", () => {
  const { answer } = fromOpenAI({ input: ["a"], encoding_format: "base64" });
  const { json } = answer({ embeddings: [[1, -2]] }) as { json: { data: Json[] } };
  assertEquals(json.data[0].embedding, "AACAPwAAAMA=");
});

for (const embeddings of [undefined, [], [[1], [2]], [["x"]], [null], "x"]) {
  Deno.test(`translateToOllama() throws SyntaxError for embeddings ${JSON.stringify(embeddings)} of one text`, () => {
    assertThrows(() => fromOpenAI({ input: "a" }).answer({ embeddings }), SyntaxError);
  });
}

for (const data of [undefined, [], [{ embedding: [1] }, { embedding: [2] }], [{ embedding: {} }]]) {
  Deno.test(`translateToOpenAI() throws SyntaxError for data ${JSON.stringify(data)} of one text`, () => {
    assertThrows(() => fromOllama("/api/embed", { input: "a" }).answer({ data }), SyntaxError);
  });
}
