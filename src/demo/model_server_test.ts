import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import OpenAI from "openai";
import { OllamaClient } from "../../tests/support/ollama_client.ts";
import { ModelServer } from "./model_server.ts";

const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "Weather of a city",
    parameters: { type: "object", required: ["city"], properties: { city: { type: "string" } } },
  },
};
const time = { ...weather, function: { ...weather.function, name: "get_time" } };
const schema = {
  type: "object",
  properties: { city: { type: "string" }, size: { type: "integer" }, tags: { type: "array", items: { enum: ["a"] } } },
  required: ["city", "size", "tags"],
};

async function ollama(options: Partial<Parameters<typeof ModelServer.start>[0]> = {}) {
  const server = await ModelServer.start({ name: "local", dialect: "ollama", ...options });
  const client = new OllamaClient(server.url);
  return {
    server,
    client,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

async function openai(options: Partial<Parameters<typeof ModelServer.start>[0]> = {}) {
  const server = await ModelServer.start({ name: "cloud", dialect: "openai", ...options });
  const client = new OpenAI({ baseURL: server.url, apiKey: options.token ?? "none", maxRetries: 0 });
  return { server, client, [Symbol.asyncDispose]: () => server.stop() };
}

Deno.test("ModelServer streams a chat in Ollama's dialect that names the server", async () => {
  await using world = await ollama();
  const parts: string[] = [];
  const stream = await world.client.chat({
    model: "llama3.2",
    messages: [{ role: "user", content: "Hi 你好 🦙" }],
    stream: true,
  });
  for await (const part of stream) {
    parts.push(part.message.content);
    if (!part.done) continue;
    assertEquals(part.done_reason, "stop");
    assert(part.eval_count > 3 && part.prompt_eval_count === 3 && part.total_duration > 1_000_000);
  }
  assert(parts.length > 5);
  assertEquals(parts.join(""), "Hello from the local model. You said: Hi 你好 🦙");
  assertEquals((await world.client.ps()).models[0]?.name, "llama3.2:latest");
  await world.server.waitForIdle();
  assertEquals(world.server.modelRequests[0]?.json.model, "llama3.2");
});

Deno.test("ModelServer answers the rest of Ollama's dialect as Ollama does", async () => {
  await using world = await ollama();
  const { client, server } = world;
  const ask = { model: "qwen3", messages: [{ role: "user", content: "weather? get_weather and get_time" }] };
  const whole = await client.chat({ ...ask, think: true });
  assertStringIncludes(whole.message.thinking ?? "", "weather?");
  assertEquals(whole.done, true);
  const tools = await client.chat({ ...ask, tools: [weather, time] });
  assertEquals(tools.message.tool_calls?.map((call) => call.function.name), ["get_weather", "get_time"]);
  assertEquals(tools.message.tool_calls?.[0]?.function.arguments, { city: "city for get_weather" });
  const json = await client.chat({ ...ask, format: schema });
  assertEquals(JSON.parse(json.message.content), { city: ask.messages[0]!.content, size: 7, tags: ["a"] });
  const short = await client.generate({ model: "llama3.2", prompt: "one two three", options: { num_predict: 2 } });
  assertEquals([short.response, short.done_reason], ["Hello from", "length"]);
  const stopped = await client.generate({ model: "llama3.2", prompt: "x", options: { stop: [" model"] } });
  assertEquals(stopped.response, "Hello from the local");
  const seen = await client.generate({
    model: "llama3.2",
    prompt: "x",
    images: ["aGk=", "aGk="],
    options: { seed: 5 },
  });
  assertStringIncludes(String(seen.response), "I see 2 images. (seed 5)");
  await assertRejects(() => client.chat({ ...ask, model: "plain", tools: [weather] }), Error, "does not support tools");
  await assertRejects(() => client.chat({ ...ask, model: "gone" }), Error, "model 'gone' not found");
  await assertRejects(() => client.show({ model: "gone" }), Error, "not found");
  assertEquals((await client.show({ model: "qwen3" })).capabilities, ["completion", "tools", "thinking"]);
  const loaded = await client.chat({ model: "plain" });
  assertEquals(loaded.done_reason, "load");
  assert((await client.ps()).models.some((model) => model.name === "plain:latest"));
  assertEquals((await client.generate({ model: "plain", prompt: "", keep_alive: 0 })).done_reason, "unload");
  assert(!(await client.ps()).models.some((model) => model.name === "plain:latest"));
  const vectors = await client.embed({ model: "nomic-embed-text", input: ["a", "b"] });
  assertEquals(vectors.embeddings.map((vector) => vector.length), [8, 8]);
  assert(Math.abs(Math.hypot(...vectors.embeddings[0]!) - 1) < 1e-6);
  assertEquals((await client.embeddings({ model: "nomic-embed-text", prompt: "a" })).embedding.length, 8);
  assertEquals((await client.version()).version, "0.30.0");
  assertEquals(server.inFlight, 0);
});

Deno.test("ModelServer answers Ollama's bound requests", async () => {
  await using world = await ollama();
  const { client, server } = world;
  const progress: string[] = [];
  for await (const part of await client.pull({ model: "new", stream: true })) progress.push(part.status);
  assertEquals([progress[0], progress.at(-1)], ["pulling manifest", "success"]);
  assertEquals((await client.pull({ model: "new2" })).status, "success");
  await client.copy({ source: "new", destination: "copied" });
  await client.delete({ model: "new" });
  const names = (await client.list()).models.map((model) => model.name);
  assert(names.includes("copied:latest") && !names.includes("new:latest"));
  await assertRejects(() => client.delete({ model: "new" }), Error, "not found");
  await assertRejects(() => client.push({ model: "new" }), Error, "not found");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("blob"))).toHex();
  const blob = (method: string, digest: string, body?: string) =>
    fetch(`${server.url}/api/blobs/sha256:${digest}`, { method, body }).then(async (answer) => {
      await answer.body?.cancel();
      return answer.status;
    });
  assertEquals(await blob("HEAD", hash), 404);
  assertEquals(await blob("POST", hash, "bulb"), 400);
  assertEquals(await blob("POST", hash, "blob"), 201);
  assertEquals(await blob("POST", hash, "blob"), 200);
  assertEquals(await blob("HEAD", hash), 200);
  assertEquals(await fetch(`${server.url}/`).then((answer) => answer.text()), "Ollama is running");
  const wrong = await fetch(`${server.url}/api/chat`);
  assertEquals([wrong.status, await wrong.text()], [405, "405 method not allowed"]);
});

Deno.test("ModelServer answers OpenAI's dialect as OpenAI does", async () => {
  await using world = await openai({ token: "sk-test" });
  const { client, server } = world;
  const messages = [{ role: "user" as const, content: "Hi 🦙" }];
  const stream = await client.chat.completions.create({
    model: "qwen3",
    messages,
    stream: true,
    reasoning_effort: "low",
    stream_options: { include_usage: true },
  });
  let text = "", reasoning = "", usage = 0, finish = "";
  for await (const part of stream) {
    const choice = part.choices[0];
    text += choice?.delta.content ?? "";
    reasoning += (choice?.delta as { reasoning?: string } | undefined)?.reasoning ?? "";
    finish = choice?.finish_reason ?? finish;
    if (part.choices.length === 0) usage = part.usage?.total_tokens ?? 0;
  }
  assertEquals([text, reasoning], ["Hello from the cloud model. You said: Hi 🦙", "The user asks: Hi 🦙"]);
  assert(usage > 0 && finish === "stop");
  const asked = [{ role: "user" as const, content: "get_time, get_weather" }];
  const whole = await client.chat.completions.create({ model: "qwen3", messages: asked, tools: [weather, time] });
  assertEquals(whole.choices[0]?.finish_reason, "tool_calls");
  assertEquals(whole.choices[0]?.message.tool_calls?.length, 2);
  const runner = client.chat.completions.stream({ model: "qwen3", messages: asked, tools: [weather, time] });
  const [first, second] = (await runner.finalMessage()).tool_calls ?? [];
  assert(first?.type === "function" && second?.type === "function" && first.id !== second.id);
  assertEquals(JSON.parse(second.function.arguments), { city: "city for get_time" });
  const format = { type: "json_schema" as const, json_schema: { name: "x", schema } };
  const json = await client.chat.completions.create({ model: "llama3.2", messages, response_format: format });
  assertEquals(JSON.parse(json.choices[0]?.message.content ?? "").size, 7);
  const short = await client.completions.create({ model: "llama3.2", prompt: "x", max_tokens: 2 });
  assertEquals([short.choices[0]?.text, short.choices[0]?.finish_reason], ["Hello from", "length"]);
  const embed = (encoding_format?: "float" | "base64") =>
    client.embeddings.create({ model: "nomic-embed-text", input: ["a"], encoding_format });
  const floats = (await embed("float")).data[0]!.embedding;
  const unpacked = (await embed()).data[0]!.embedding;
  assert(floats.length === 8 && floats.every((value, index) => Math.abs(value - unpacked[index]!) < 1e-6));
  assertEquals((await client.models.list()).data.map((model) => model.id)[0], "llama3.2");
  assertEquals((await client.models.retrieve("qwen3")).id, "qwen3");
  await assertRejects(() => client.models.retrieve("gone"), OpenAI.NotFoundError, "does not exist");
  const stranger = new OpenAI({ baseURL: server.url, apiKey: "wrong", maxRetries: 0 });
  await assertRejects(() => stranger.models.list(), OpenAI.AuthenticationError, "Incorrect API key");
});

Deno.test("ModelServer answers as the CloudToLocalLLM proxy does, below its prefix", async () => {
  await using server = await ModelServer.start({ name: "cloud", dialect: "cloudtolocalllm", token: "t" });
  const get = async (path: string, headers: Record<string, string> = { authorization: "Bearer t" }) => {
    const answer = await fetch(server.url + path, { headers });
    return [answer.status, await answer.json().catch(() => null)];
  };
  assertEquals(await get("/health", {}), [200, { status: "ok" }]);
  assertEquals(await get("/api/proxy/status"), [200, { status: "running", version: "0.30.0" }]);
  assertEquals((await get("/api/ollama/api/tags", {}))[0], 401);
  assertEquals((await get("/api/ollama/api/tags"))[0], 200);
  assertEquals((await get("/api/tags"))[0], 404);
  await using client = new OllamaClient(`${server.url}/api/ollama`, { authorization: "Bearer t" });
  const answer = await client.chat({ model: "llama3.2", messages: [{ role: "user", content: "Hi" }] });
  assertEquals(answer.message.content, "Hello from the cloud model. You said: Hi");
});

Deno.test("ModelServer stop() cuts and refuses, restart() serves again on the same port", async () => {
  await using world = await ollama();
  const { server, client } = world;
  server.script({ kind: "silent" });
  const cut = assertRejects(() => client.generate({ model: "plain", prompt: "Hi" }));
  const request = await server.waitForRequest((one) => one.path === "/api/generate");
  assertEquals([server.inFlight, server.connections], [1, 1]);
  await server.stop();
  await cut;
  assertEquals(await request.ended, "cut");
  assertEquals([server.inFlight, server.connections], [0, 0]);
  await assertRejects(() => Deno.connect({ port: server.port }), Deno.errors.ConnectionRefused);
  await server.restart();
  assertEquals((await client.generate({ model: "plain", prompt: "Hi" })).done, true);
});

Deno.test("ModelServer notices a client that leaves while it is answered", async () => {
  await using world = await ollama();
  const { server } = world;
  server.script({ kind: "stall_after", frames: 1, until: new Promise(() => {}) });
  const leaving = new AbortController();
  const answer = await fetch(`${server.url}/api/chat`, {
    method: "POST",
    body: JSON.stringify({ model: "plain", messages: [{ role: "user", content: "Hi" }] }),
    signal: leaving.signal,
  });
  const reader = answer.body!.getReader();
  await reader.read();
  leaving.abort();
  await assertRejects(() => reader.read());
  const request = await server.waitForRequest();
  assertEquals(await request.ended, "client_left");
  await server.waitForIdle();
  await server.waitUntil("no connection", () => server.connections === 0);
});
