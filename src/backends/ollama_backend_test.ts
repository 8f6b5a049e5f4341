import { assertEquals, assertStringIncludes } from "@std/assert";
import { BackendScene, chatOf, textOfAnswer } from "../../tests/support/backend_scene.ts";
import { defaultModels } from "../../tests/support/model_server.ts";
import { parseOpenAIRequest } from "../protocol/openai.ts";

const paths = (scene: BackendScene) => scene.server.requests.map(({ method, path }) => `${method} ${path}`);

Deno.test("OllamaBackend passes the client's bytes through, unknown fields too", async () => {
  await using scene = await BackendScene.start("ollama");
  const request = chatOf("ollama", { options: { num_ctx: 4096 }, from_the_future: [1, 2] });
  const answer = await scene.send(request);
  assertEquals([answer.status, answer.contentType], [200, "application/x-ndjson"]);
  const text = await textOfAnswer(answer);
  assertStringIncludes(text, '"done":true');
  assertEquals(scene.server.modelRequests[0].bytes, request.body);
  assertEquals(Object.keys(answer.rest!.usage()), ["inputTokens", "outputTokens"]);
});

Deno.test("OllamaBackend asks for a mapped model by its name there, every other byte as it was", async () => {
  await using scene = await BackendScene.start("ollama");
  const request = chatOf("ollama", { model: "smart", note: "smart" });
  await textOfAnswer(await scene.send(request, "qwen3"));
  const sent = scene.server.modelRequests[0].text;
  assertEquals(sent, new TextDecoder().decode(request.body).replace('"model":"smart"', '"model":"qwen3"'));
});

Deno.test("OllamaBackend serves OpenAI's clients through the native path", async () => {
  await using scene = await BackendScene.start("ollama");
  const streamed = await scene.send(chatOf("openai", { stream: true }));
  assertEquals(streamed.contentType, "text/event-stream");
  const text = await textOfAnswer(streamed);
  assertStringIncludes(text, '"object":"chat.completion.chunk"');
  assertStringIncludes(text, "data: [DONE]\n\n");
  const whole = await scene.send(chatOf("openai"));
  assertEquals(JSON.parse(await textOfAnswer(whole)).object, "chat.completion");
  assertEquals(whole.usage, { inputTokens: 1, outputTokens: 8 });
  assertEquals(paths(scene), ["POST /api/chat", "POST /api/chat"]);
});

Deno.test("OllamaBackend fails with 400 where its dialect cannot say it", async () => {
  await using scene = await BackendScene.start("ollama");
  const body = new TextEncoder().encode(JSON.stringify({ model: "llama3.2", prompt: "hi", n: 3 }));
  const request = parseOpenAIRequest("/v1/completions", body);
  const { reason, phase, status } = await scene.failure(async () => await scene.send(request));
  assertEquals([reason, phase, status, scene.server.requests.length], ["untranslatable", "connect", 400, 0]);
});

Deno.test("probe() sees version, models and what is loaded", async () => {
  await using scene = await BackendScene.start("ollama", { server: { version: "0.31.2" } });
  await textOfAnswer(await scene.send(chatOf("ollama")));
  const { version, models, warm, latencyMs } = await scene.backend.probe(scene.signal);
  assertEquals(models.map(({ name }) => name.replace(":latest", "")), defaultModels.map(({ name }) => name));
  assertEquals([version, warm.map((name) => name.replace(":latest", "")), latencyMs >= 0], [
    "0.31.2",
    ["llama3.2"],
    true,
  ]);
});

Deno.test("probe() needs neither version nor list of loaded models, but the list of models", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/tags") return Response.json({ models: [{ name: "m" }] });
    return new Response("none", { status: pathname === "/api/ps" ? 405 : 404 });
  });
  await using scene = await BackendScene.start("ollama", { input: { url: `http://127.0.0.1:${server.addr.port}/` } });
  const { version, models, warm } = await scene.backend.probe(scene.signal);
  assertEquals([version, models.length, warm], [undefined, 1, []]);
});

Deno.test("probe() fails with the reason of what it met", async () => {
  await using scene = await BackendScene.start("ollama");
  scene.server.onHealth = { kind: "status", status: 503 };
  assertEquals((await scene.failure(() => scene.backend.probe(scene.signal))).reason, "http_503");
  scene.server.onHealth = { kind: "status", status: 200, body: "<html>hello</html>" };
  assertEquals((await scene.failure(() => scene.backend.probe(scene.signal))).reason, "malformed");
  scene.server.onHealth = { kind: "status", status: 200, body: '{"version":"1","models":{}}' };
  assertEquals((await scene.failure(() => scene.backend.probe(scene.signal))).reason, "malformed");
  scene.server.onHealth = undefined;
  await scene.server.stop();
  assertEquals((await scene.failure(() => scene.backend.probe(scene.signal))).reason, "connect_refused");
});

Deno.test("probe() is refused without the right token", async () => {
  const secrets = () => "wrong";
  await using scene = await BackendScene.start("ollama", {
    server: { token: "right" },
    input: { secret: "k" },
    secrets,
  });
  assertEquals((await scene.failure(() => scene.backend.probe(scene.signal))).status, 401);
});

Deno.test("ping() asks the cheapest thing and leaves no connection open", async () => {
  await using scene = await BackendScene.start("ollama");
  await scene.backend.ping(scene.signal);
  await scene.backend.ping(scene.signal);
  assertEquals([paths(scene), scene.server.connections], [["GET /api/version", "GET /api/version"], 1]);
});

Deno.test("forward() gives the answer as it is, whatever its status", async () => {
  await using scene = await BackendScene.start("ollama");
  const options = { method: "GET", path: "/api/ps?x=1", headers: new Headers(), signal: scene.signal };
  const response = await scene.backend.forward(options);
  assertEquals(await response.json(), { models: [] });
  const missing = await scene.backend.forward({ ...options, method: "DELETE", path: "/api/nothing" });
  assertEquals(missing.status, 404);
  await missing.body?.cancel();
  assertEquals(paths(scene), ["GET /api/ps?x=1", "DELETE /api/nothing"]);
});

Deno.test("OllamaBackend finds the cloud proxy's paths below /api/ollama and its health beside them", async () => {
  const secrets = () => "token";
  const input = { secret: "k", location: "cloud" } as const;
  await using scene = await BackendScene.start("cloudtolocalllm", { server: { token: "token" }, input, secrets });
  await scene.backend.ping(scene.signal);
  await textOfAnswer(await scene.send(chatOf("ollama")));
  const { version, models } = await scene.backend.probe(scene.signal);
  assertEquals([version, models.length], [undefined, defaultModels.length]);
  assertEquals(paths(scene).sort(), [
    "GET /api/ollama/api/ps",
    "GET /api/ollama/api/tags",
    "GET /health",
    "GET /health",
    "POST /api/ollama/api/chat",
  ]);
});
