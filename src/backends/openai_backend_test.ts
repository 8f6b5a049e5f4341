import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BackendScene, chatOf, textOfAnswer } from "../../tests/support/backend_scene.ts";
import { defaultModels } from "../../tests/support/model_server.ts";
import { RequestError } from "../core/errors.ts";

const paths = (scene: BackendScene) => scene.server.requests.map(({ method, path }) => `${method} ${path}`);

Deno.test("OpenAIBackend passes the client's bytes through below its base", async () => {
  await using scene = await BackendScene.start("openai");
  const request = chatOf("openai", { stream: true, from_the_future: { a: 1 } });
  const answer = await scene.send(request);
  assertEquals(answer.contentType, "text/event-stream");
  assertStringIncludes(await textOfAnswer(answer), "data: [DONE]\n\n");
  assertEquals(scene.server.modelRequests[0].bytes, request.body);
  assertEquals(paths(scene), ["POST /v1/chat/completions"]);
});

Deno.test("OpenAIBackend serves Ollama's clients, streamed and whole", async () => {
  await using scene = await BackendScene.start("openai");
  const streamed = await scene.send(chatOf("ollama"));
  assertEquals(streamed.contentType, "application/x-ndjson");
  const lines = (await textOfAnswer(streamed)).trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([lines.at(-1).done, lines.at(-1).eval_count, lines[0].model], [true, 8, "llama3.2"]);
  const whole = JSON.parse(await textOfAnswer(await scene.send(chatOf("ollama", { stream: false }))));
  assertEquals(whole.message.content, lines.map((line) => line.message?.content ?? "").join(""));
});

Deno.test("OpenAIBackend takes a url with or without a slash at its end", async () => {
  await using plain = await BackendScene.start("openai");
  await using scene = await BackendScene.start("openai", { input: { url: `${plain.server.url}/` } });
  await textOfAnswer(await scene.send(chatOf("openai")));
  await scene.backend.ping(scene.signal);
  assertEquals(paths(plain), ["POST /v1/chat/completions", "GET /v1/models"]);
});

Deno.test("probe() lists the models, of which none counts as loaded", async () => {
  await using scene = await BackendScene.start("openai");
  const { models, warm, version } = await scene.backend.probe(scene.signal);
  assertEquals([models.map(({ name }) => name), warm, version], [defaultModels.map(({ name }) => name), [], undefined]);
  scene.server.onHealth = { kind: "status", status: 200, body: '{"object":"list"}' };
  assertEquals((await scene.failure(() => scene.backend.probe(scene.signal))).reason, "malformed");
  scene.server.onHealth = { kind: "status", status: 401 };
  assertEquals((await scene.failure(() => scene.backend.probe(scene.signal))).status, 401);
});

Deno.test("forward() has no place in this dialect", async () => {
  await using scene = await BackendScene.start("openai");
  const options = { method: "GET", path: "/api/ps", headers: new Headers(), signal: scene.signal };
  assertEquals((await assertRejects(() => scene.backend.forward(options), RequestError)).status, 400);
});
