import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BackendScene, chatOf, textOfAnswer } from "../../tests/support/backend_scene.ts";
import { defaultModels } from "../../tests/support/model_server.ts";
import type { Answer } from "../broker/backend.ts";
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

/** The text of an answer, but for the second that it was made in. */
async function undated(answer: Answer): Promise<string> {
  return (await textOfAnswer(answer)).replace(/"created":\d+/g, '"created":0');
}

const cloud = { input: { location: "cloud" } } as const;

for (
  const [name, more] of [
    ["nothing of it", {}],
    ["something else of it", { stream_options: { include_obfuscation: false } }],
    ["not to", { stream_options: { include_usage: false } }],
  ] as const
) {
  Deno.test(`OpenAIBackend asks a cloud for the tokens of a stream whose client says ${name}, and keeps them`, async () => {
    await using scene = await BackendScene.start("openai", cloud);
    await using plain = await BackendScene.start("openai");
    const request = chatOf("openai", { stream: true, from_the_future: { a: 1 }, ...more });
    const answer = await scene.send(request);
    const text = await undated(answer);
    assertEquals(text, await undated(await plain.send(request)));
    assertEquals(text.includes("usage"), false);
    assertEquals(answer.rest!.usage(), { inputTokens: 1, outputTokens: 8 });
    const { json } = scene.server.modelRequests[0];
    assertEquals(json, {
      ...request.json,
      stream_options: { ...("stream_options" in more && more.stream_options), include_usage: true },
    });
  });
}

Deno.test("OpenAIBackend keeps the tokens to itself wherever the stream is split", async () => {
  await using scene = await BackendScene.start("openai", cloud);
  const whole = await undated(await scene.send(chatOf("openai", { stream: true })));
  for (const sizes of [1, 2, 7, 64]) {
    scene.server.script({ kind: "split", sizes });
    const answer = await scene.send(chatOf("openai", { stream: true }));
    assertEquals(await undated(answer), whole);
    assertEquals(answer.rest!.usage(), { inputTokens: 1, outputTokens: 8 });
  }
});

Deno.test("OpenAIBackend leaves a request as it is whose client asks for tokens itself, or that is no stream", async () => {
  await using scene = await BackendScene.start("openai", cloud);
  for (
    const more of [
      { stream: true, stream_options: { include_usage: true } },
      { stream: true, usage: { include: true } },
      { stream: true, stream_options: 7 },
      { stream: false },
    ]
  ) {
    const request = chatOf("openai", more);
    await textOfAnswer(await scene.send(request));
    assertEquals(scene.server.modelRequests.at(-1)!.bytes, request.body);
  }
  const text = await textOfAnswer(
    await scene.send(chatOf("openai", { stream: true, stream_options: { include_usage: true } })),
  );
  assertStringIncludes(text, '"usage":{');
});

Deno.test("OpenAIBackend asks a server that refuses the field no more", async () => {
  await using scene = await BackendScene.start("openai", cloud);
  const request = chatOf("openai", { stream: true });
  scene.server.script({ kind: "status", status: 422 });
  assertStringIncludes(await textOfAnswer(await scene.send(request)), "data: [DONE]\n\n");
  await textOfAnswer(await scene.send(request));
  const asked = scene.server.modelRequests.map(({ json }) => json.stream_options);
  assertEquals(asked, [{ include_usage: true }, undefined, undefined]);
});

Deno.test("OpenAIBackend asks on where the request itself was refused", async () => {
  await using scene = await BackendScene.start("openai", cloud);
  const request = chatOf("openai", { stream: true });
  scene.server.script({ kind: "status", status: 400 }, { kind: "status", status: 400 });
  assertEquals((await scene.failure(() => scene.send(request))).status, 400);
  const answer = await scene.send(request);
  await textOfAnswer(answer);
  assertEquals(answer.rest!.usage(), { inputTokens: 1, outputTokens: 8 });
});
