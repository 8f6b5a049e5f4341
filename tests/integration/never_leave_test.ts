import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import OpenAI from "openai";
import { inTime } from "../support/in_time.ts";
import { OllamaClient } from "../support/ollama_client.ts";
import { gate } from "../support/model_server.ts";
import { everyQuestion, PolicyScene } from "../support/policy_scene.ts";

const chat = { messages: [{ role: "user", content: "my secret" }] };
const secretModels = [{ name: "secret" }, { name: "plain" }, { name: "nomic-embed-text", embedding: true }];

Deno.test("a ruled model's question reaches no cloud, however it is asked, with the local server down", async () => {
  await using scene = await PolicyScene.start(
    { route: { mode: "cloud-first", rounds: 2, backoffMs: 1 }, privacy: { localModels: ["secret", "nomic*"] } },
    { models: secretModels },
  );
  await scene.servers.local.stop();
  for (const [path, body] of everyQuestion) {
    const model = path.includes("embed") ? "nomic-embed-text" : "secret";
    for (const headers of [{}, { "x-broker-without": "local" }] as Record<string, string>[]) {
      const answer = await scene.ask(path, { model, ...body }, headers);
      assert(answer.status >= 500, `${path}: ${answer.status} ${answer.text}`);
      // What belongs to one Ollama (context) and what is taken away have reasons of their own.
      if (!("context" in body) && !headers["x-broker-without"]) {
        assertEquals(answer.status, 503, answer.text);
        assertStringIncludes(answer.text, "the cloud was not asked, because requests for model");
      }
    }
    for (const pinned of ["ollama-cloud", "openai-cloud"]) {
      const answer = await scene.ask(path, { model, ...body }, { "x-broker-backend": pinned });
      assertEquals(answer.status, 403, `${path} ${pinned} ${answer.text}`);
      assertStringIncludes(answer.text, `Backend \\"${pinned}\\" is not asked`);
    }
    scene.assertNothingLeft(path);
  }
  const free = await scene.ask("/api/chat", { model: "plain", ...chat });
  assertEquals([free.status, scene.cloudRequests], [200, 1]);
  const { failovers } = await scene.broker.status();
  assert(failovers.every(({ to }) => to !== "ollama-cloud" && to !== "openai-cloud"));
});

Deno.test("a ruled program's question reaches no cloud, and others' do", async () => {
  await using scene = await PolicyScene.start(
    { route: { mode: "fastest" }, privacy: { localApps: ["edit*"] } },
    { models: secretModels },
  );
  await scene.servers.local.stop();
  for (const [path, body] of everyQuestion) {
    const model = path.includes("embed") ? "nomic-embed-text" : "plain";
    const answer = await scene.ask(path, { model, ...body });
    assert(answer.status >= 500, `${path}: ${answer.status} ${answer.text}`);
    const pinned = await scene.ask(path, { model, ...body }, { "x-broker-backend": "openai-cloud" });
    assertEquals(pinned.status, 403);
    assertStringIncludes(pinned.text, 'requests of \\"Editor\\" must stay on this machine');
  }
  scene.assertNothingLeft();
  for (const agent of ["Browser/1.0 (Editor)", "NotEditor"]) {
    assertEquals((await scene.ask("/api/chat", { model: "plain", ...chat }, { "user-agent": agent })).status, 200);
  }
});

Deno.test("a ruled model that only a cloud has is refused with 403 in both dialects, by real clients too", async () => {
  await using scene = await PolicyScene.start(
    { privacy: { localModels: ["SECRET:latest"] } },
    { models: secretModels, localModels: [{ name: "plain" }] },
  );
  const ollama = await scene.ask("/api/chat", { model: "secret", ...chat });
  assertEquals([ollama.status, Object.keys(JSON.parse(ollama.text))], [403, ["error"]]);
  assertStringIncludes(ollama.text, 'No local backend has model \\"secret\\", and requests for model');
  assertStringIncludes(ollama.text, "change that rule in the configuration");
  const openai = await scene.ask("/v1/chat/completions", { model: "secret", ...chat });
  const { error } = JSON.parse(openai.text);
  assertEquals([openai.status, openai.shouldRetry, error.code, error.type], [
    403,
    "false",
    "must_stay_local",
    "permission_error",
  ]);
  await using client = new OllamaClient(scene.broker.url);
  const question = [{ role: "user", content: "my secret" }];
  await assertRejects(() => client.chat({ model: "secret", messages: question }), Error, "must stay on this machine");
  const sdk = new OpenAI({ baseURL: `${scene.broker.url}/v1`, apiKey: "unused" });
  const refused = await assertRejects(
    () => sdk.chat.completions.create({ model: "secret", messages: [{ role: "user", content: "my secret" }] }),
    OpenAI.PermissionDeniedError,
  );
  assertEquals([refused.status, refused.code], [403, "must_stay_local"]);
  scene.assertNothingLeft();
  assertEquals(await listed(scene), [["nomic-embed-text", "plain"], ["nomic-embed-text", "plain"]]);
  assertEquals((await scene.ask("/api/show", { model: "secret" })).status, 404);
});

async function listed({ broker }: PolicyScene): Promise<string[][]> {
  const { models } = await (await fetch(`${broker.url}/api/tags`)).json();
  const { data } = await (await fetch(`${broker.url}/v1/models`)).json();
  const plain = (name: string) => name.replace(/:latest$/, "");
  return [models.map(({ name }: { name: string }) => plain(name)), data.map(({ id }: { id: string }) => plain(id))]
    .map((names) => [...new Set<string>(names)].sort());
}

Deno.test("a ruled model is known in every spelling, and by what it is mapped to", async () => {
  await using scene = await PolicyScene.start(
    { route: { mode: "cloud-first" }, privacy: { localModels: ["secret", "vendor/private*"] } },
    {
      models: [{ name: "secret" }, { name: "vendor/private-7b" }],
      localModels: [{ name: "plain" }],
      mapped: { "openai-cloud": { mine: "vendor/private-7b" } },
    },
  );
  const names = [
    "secret",
    "secret:latest",
    "SECRET",
    "library/secret",
    "registry.ollama.ai/library/secret",
    "https://registry.ollama.ai/library/Secret:latest",
    "secret:cloud",
    "secret-cloud",
    "se\u200bcret",
    "secret@sha256:00",
    "mine",
    "MINE:latest",
    "vendor/private-7b",
    "Vendor/Private-70b:latest",
  ];
  for (const model of names) {
    for (const path of ["/api/chat", "/api/generate", "/v1/chat/completions"]) {
      const { status, text } = await scene.ask(path, { model, ...chat, prompt: "my secret" });
      assert(status === 403 || status === 404, `${path} ${model}: ${status} ${text}`);
      scene.assertNothingLeft(`${path} ${model}`);
    }
  }
});

Deno.test("what a local Ollama runs in its cloud counts as one, listed or by its name", async () => {
  const localModels = [{ name: "mine", remoteModel: "kimi-k2", remoteHost: "https://ollama.com:443" }, {
    name: "plain",
  }];
  await using scene = await PolicyScene.start(
    { privacy: { localModels: ["kimi*"], localApps: ["editor"] } },
    { models: [{ name: "other" }], localModels },
  );
  for (const agent of ["Editor", "Browser"]) {
    for (const model of ["mine", "kimi:cloud", "kimi-k2:1t-cloud"]) {
      for (const path of ["/api/chat", "/v1/chat/completions"]) {
        const { status, text } = await scene.ask(path, { model, ...chat }, { "user-agent": agent });
        assertEquals(status, 403, `${model} ${text}`);
        assertStringIncludes(text, "runs in the cloud, and requests");
      }
    }
  }
  // Loading a stub would hand it on as well.
  assertEquals((await scene.ask("/api/generate", { model: "mine" })).status, 403);
  assertEquals(scene.servers.local.modelRequests, []);
  assertEquals((await scene.ask("/api/chat", { model: "plain", ...chat })).status, 200);
});

Deno.test("a rule ends what waits at a cloud and what waits in the queue, at once; a started answer goes on", async () => {
  await using scene = await PolicyScene.start(
    { route: { mode: "cloud-first" } },
    { models: secretModels, maxConcurrent: 1 },
  );
  const cloud = scene.servers["ollama-cloud"];
  const [begun, waiting] = [gate(), gate()];
  cloud.script({ kind: "slow_tokens", gates: [Promise.resolve(), begun.promise] });
  scene.servers["openai-cloud"].script({ kind: "silent", until: waiting.promise });
  scene.servers.local.script({ kind: "late_first_byte", until: waiting.promise });
  const started = await scene.broker.ask("/api/chat", { model: "secret", ...chat });
  const reader = started.body!.getReader();
  await reader.read();
  const sent = scene.ask("/api/chat", { model: "secret", stream: false, ...chat });
  await scene.servers["openai-cloud"].waitUntil("the request", () => scene.servers["openai-cloud"].inFlight === 1);
  const local = scene.ask("/api/chat", { model: "plain", stream: false, ...chat });
  await scene.servers.local.waitUntil("the request", () => scene.servers.local.inFlight === 1);
  const queued = scene.ask("/api/chat", { model: "secret", stream: false, ...chat });
  const before = scene.cloudRequests;
  await scene.configure({ privacy: { localModels: ["secret"] } }, ({ privacy }) => privacy.models === 1);
  await scene.servers["openai-cloud"].waitUntil("its end", () => scene.servers["openai-cloud"].inFlight === 0);
  begun.resolve();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += new TextDecoder().decode(part.value);
  }
  assertStringIncludes(text, '"done":true');
  waiting.resolve();
  assertEquals((await local).attempts, "local:ok");
  assertEquals([(await sent).attempts, (await queued).attempts], ["openai-cloud:not_allowed, local:ok", "local:ok"]);
  assertEquals(scene.cloudRequests, before);
});

Deno.test("a request that changes a cloud does not carry a ruled model's name or words there", async () => {
  await using scene = await PolicyScene.start(
    { privacy: { localModels: ["secret"], localApps: ["editor"] } },
    { models: secretModels },
  );
  const cloud = { "x-broker-backend": "ollama-cloud", "user-agent": "curl/8" };
  const cases: [path: string, body: Record<string, unknown>][] = [
    ["/api/pull", { model: "SECRET" }],
    ["/api/push", { name: "library/secret" }],
    ["/api/create", { model: "mine", from: "secret", system: "my secret" }],
    ["/api/create", { Model: "mine", FROM: "secret:latest" }],
    ["/api/copy", { source: "secret", destination: "mine" }],
    ["/api/create", { system: "names none" }],
    ["/api/create", { model: "mine", modelfile: "FROM secret" }],
    ["/api/copy", { "\u017fource": "secret", destination: "mine" }],
    ["/api/push", { model: `${":".repeat(200_000)}a` }],
  ];
  for (const [path, body] of cases) {
    const { status, text } = await scene.ask(path, body, cloud);
    assertEquals(status, 403, `${path} ${JSON.stringify(body)} ${text}`);
    assertStringIncludes(text, "This would leave the machine");
  }
  const digest = `/api/blobs/sha256:${"0".repeat(64)}`;
  assertEquals((await scene.ask(digest, "weights", cloud)).status, 403);
  const editor = { ...cloud, "user-agent": "Editor/1" };
  assertEquals((await scene.ask("/api/create", { model: "free", system: "x" }, editor)).status, 403);
  scene.assertNothingLeft();
  // With a push a local Ollama uploads the model.
  for (const model of ["secret", "me/secret", "me/secret:v2", "registry.example/me/SECRET"]) {
    assertEquals((await scene.ask("/api/push", { model }, { "user-agent": "curl/8" })).status, 403, model);
  }
  assertEquals(scene.servers.local.modelRequests, []);
  assertEquals((await scene.ask("/api/create", { model: "free", from: "plain" }, cloud)).status, 200);
  assertEquals((await scene.ask("/api/copy", { source: "secret", destination: "mine" })).status, 200, "it stays here");
});

Deno.test("a rule ends a request that is being sent to change a cloud", async () => {
  await using scene = await PolicyScene.start({}, { models: secretModels });
  const cloud = scene.servers["ollama-cloud"];
  const waiting = gate();
  cloud.script({ kind: "silent", until: waiting.promise });
  const asking = scene.ask("/api/create", { model: "mine", from: "secret" }, { "x-broker-backend": "ollama-cloud" });
  await cloud.waitUntil("the request", () => cloud.inFlight === 1);
  await scene.configure({ privacy: { localModels: ["secret"] } }, ({ privacy }) => privacy.models === 1);
  const { status, attempts, text } = await inTime("the refusal", asking);
  assertEquals([status, attempts], [403, "ollama-cloud:not_allowed"], text);
  await cloud.waitUntil("its end", () => cloud.inFlight === 0);
  waiting.resolve();
});
