import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import OpenAI from "openai";
import { monthOf } from "../../src/core/calendar_month.ts";
import { systemClock } from "../../src/core/clock.ts";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { gate, ModelServer } from "../support/model_server.ts";
import { OllamaClient } from "../support/ollama_client.ts";
import { everyQuestion, PolicyScene } from "../support/policy_scene.ts";

const chat = { messages: [{ role: "user", content: "one two three" }], stream: false };
const plain = { model: "plain", ...chat };
/** Models that only clouds have. */
const models = [{ name: "plain" }, { name: "nomic-embed-text", embedding: true }];
const localModels = [{ name: "other" }];
const useOf = async (scene: PolicyScene) => (await scene.broker.status()).cloudUse;

Deno.test("the cap stops clouds in mid-month: what only they have is refused with 429 in both dialects", async () => {
  await using scene = await PolicyScene.start({ limits: { monthlyCloudTokens: 3 } }, { models, localModels });
  const first = await scene.ask("/v1/chat/completions", plain);
  assertEquals(first.status, 200, "the request that reaches the cap is answered");
  const { usage } = JSON.parse(first.text);
  const use = await useOf(scene);
  assertEquals([use.tokens, use.estimated, use.isReached, use.month], [
    usage.prompt_tokens + usage.completion_tokens,
    0,
    true,
    monthOf(Date.now()),
  ]);
  const before = scene.cloudRequests;
  for (const [path, body] of everyQuestion) {
    if ("context" in body) continue;
    const model = path.includes("embed") ? "nomic-embed-text" : "plain";
    const answer = await scene.ask(path, { model, ...body });
    assertEquals(answer.status, 429, `${path} ${answer.text}`);
    assertStringIncludes(answer.text, `the month's cap of 3 cloud tokens is reached (${use.tokens} used) until 1 `);
    assertStringIncludes(answer.text, "limits.monthlyCloudTokens");
    if (!path.startsWith("/v1")) continue;
    assertEquals([answer.shouldRetry, JSON.parse(answer.text).error.code], ["false", "cloud_cap_reached"]);
  }
  assertEquals((await scene.ask("/api/chat", plain, { "x-broker-backend": "openai-cloud" })).status, 429);
  const pull = await scene.ask("/api/pull", { model: "x" }, { "x-broker-backend": "ollama-cloud" });
  assertEquals(pull.status, 429);
  assertEquals((await scene.ask("/api/chat", { ...plain, model: "kimi:cloud" })).status, 429);
  assertEquals(scene.cloudRequests, before);
  assertEquals((await scene.ask("/api/chat", { ...plain, model: "other" })).attempts, "local:ok");
  const sdk = new OpenAI({ baseURL: `${scene.broker.url}/v1`, apiKey: "unused" });
  const refused = await assertRejects(
    () => sdk.chat.completions.create({ model: "plain", messages: [{ role: "user", content: "x" }] }),
    OpenAI.RateLimitError,
  );
  assertEquals(refused.code, "cloud_cap_reached");
  await using client = new OllamaClient(scene.broker.url);
  const question = [{ role: "user", content: "x" }];
  await assertRejects(() => client.chat({ model: "plain", messages: question }), Error, "cap of 3 cloud tokens");
});

Deno.test("a reached cap is the one truth: status, readiness, metrics, and the local backend down", async () => {
  await using scene = await PolicyScene.start(
    { route: { mode: "cloud-only" }, limits: { monthlyCloudTokens: 1 } },
    { models },
  );
  assertEquals((await scene.ask("/api/chat", plain)).attempts, "ollama-cloud:ok");
  const report = await scene.broker.waitFor(({ active }) => active === "local");
  assertEquals([report.mode, report.chosenMode], ["local-only", "cloud-only"]);
  assertStringIncludes(report.modeReason!, "cap of 1 cloud tokens is reached");
  for (const backend of report.backends.slice(1)) {
    assertEquals([backend.routable, backend.health], [false, "disabled"]);
    assertStringIncludes(backend.reason!, "The month's cap of 1 cloud tokens is reached");
  }
  const metrics = await (await fetch(`${scene.broker.url}/metrics`)).text();
  assertStringIncludes(metrics, "\ncloudtolocalllm_cloud_cap_reached 1\n");
  assertStringIncludes(metrics, "\ncloudtolocalllm_cloud_tokens_cap 1\n");
  assertStringIncludes(metrics, 'cloudtolocalllm_backend_routable{backend="ollama-cloud",location="cloud"} 0');
  await scene.servers.local.stop();
  const answer = await scene.ask("/api/chat", plain);
  assertEquals(answer.status, 503, answer.text);
  assertStringIncludes(answer.text, "the cloud was not asked, because the month's cap");
});

Deno.test("a raised cap opens clouds again at once, a removed one too, and warn only counts", async () => {
  await using scene = await PolicyScene.start({ limits: { monthlyCloudTokens: 1 } }, { models, localModels });
  await scene.ask("/api/chat", plain);
  assertEquals((await scene.ask("/api/chat", plain)).status, 429);
  const limits: [Parameters<PolicyScene["configure"]>[0]["limits"], cap: number | null, reached: boolean][] = [
    [{ monthlyCloudTokens: 1_000_000 }, 1_000_000, false],
    [{ monthlyCloudTokens: 2, atCap: "warn" }, 2, true],
    [{}, null, false],
  ];
  for (const [input, cap, reached] of limits) {
    await scene.configure({ limits: input }, ({ cloudUse }) => cloudUse.cap === cap);
    assertEquals((await useOf(scene)).isReached, reached);
    assertEquals((await scene.ask("/api/chat", plain)).status, 200);
  }
  await scene.configure({ limits: { monthlyCloudTokens: 2 } }, ({ cloudUse }) => cloudUse.cap === 2);
  assertEquals((await scene.ask("/api/chat", plain)).status, 429);
});

Deno.test("a cap that is reached ends what waits at a cloud, and leaves a started answer alone", async () => {
  await using scene = await PolicyScene.start(
    { route: { mode: "cloud-first" }, limits: { monthlyCloudTokens: 1 } },
    { models },
  );
  const cloud = scene.servers["ollama-cloud"];
  const [begun, waiting] = [gate(), gate()];
  cloud.script({ kind: "slow_tokens", gates: [Promise.resolve(), begun.promise] }, {
    kind: "silent",
    until: waiting.promise,
  });
  const started = await scene.broker.ask("/api/chat", { ...plain, stream: true });
  const sent = scene.ask("/api/chat", plain);
  await cloud.waitUntil("both", () => cloud.inFlight === 2);
  assertEquals((await scene.ask("/api/chat", plain)).attempts, "ollama-cloud:ok");
  assertEquals((await sent).attempts, "ollama-cloud:not_allowed, local:ok");
  begun.resolve();
  assertStringIncludes(await started.text(), '"done":true');
  waiting.resolve();
});

Deno.test("a cloud that tells no counts is estimated, a client that leaves too, and both are marked", async () => {
  await using scene = await PolicyScene.start({ limits: { monthlyCloudTokens: 1_000_000 } }, { models, localModels });
  const to = { "x-broker-backend": "openai-cloud" };
  const cloud = scene.servers["openai-cloud"];
  // It takes no stream_options, and tells no counts without.
  cloud.script({ kind: "status", status: 400 });
  const streamed = await scene.ask("/v1/chat/completions", { ...plain, stream: true }, to);
  const tokens = streamed.text.split("\n").filter((line) => line.includes('"content"')).length;
  const use = await useOf(scene);
  assertEquals(use.tokens, use.estimated);
  const question = Math.ceil(JSON.stringify({ ...plain, stream: true }).length / 4);
  assert(use.tokens >= question + tokens && use.tokens < question + 3 * tokens + 20, `${use.tokens}`);
  const waiting = gate();
  cloud.script({ kind: "silent", until: waiting.promise });
  const client = new AbortController();
  const left = scene.broker.ask("/v1/chat/completions", plain, { headers: to, signal: client.signal });
  await cloud.waitUntil("the request", () => cloud.inFlight === 1);
  client.abort();
  await assertRejects(() => left);
  const after = await scene.broker.waitFor(({ cloudUse }) => cloudUse.tokens > use.tokens);
  assertEquals(after.cloudUse.tokens - use.tokens, Math.ceil(JSON.stringify(plain).length / 4));
  waiting.resolve();
});

Deno.test("a local Ollama's cloud models count, its own do not", async () => {
  const localModels = [{ name: "stub", remoteModel: "kimi", remoteHost: "https://ollama.com" }, { name: "own" }];
  await using scene = await PolicyScene.start({ limits: { monthlyCloudTokens: 5 } }, { models, localModels });
  assertEquals((await scene.ask("/api/chat", { ...plain, model: "own" })).status, 200);
  assertEquals((await useOf(scene)).tokens, 0);
  assertEquals((await scene.ask("/api/chat", { ...plain, model: "stub" })).attempts, "local:ok");
  const use = await useOf(scene);
  assertEquals([use.tokens > 0, use.isReached], [true, true]);
  const refused = await scene.ask("/api/chat", { ...plain, model: "stub" });
  assertEquals(refused.status, 429);
  assertStringIncludes(refused.text, 'Model \\"stub\\" runs in the cloud');
});

Deno.test("the month's turn opens clouds again by itself", async () => {
  // Two seconds before the month's end; only the calendar is the test's.
  let shiftMs = new Date(2026, 10, 30, 12).getTime() - Date.now();
  const clock = { ...systemClock, after: systemClock.after, now: () => Date.now() + shiftMs };
  await using scene = await PolicyScene.start({ limits: { monthlyCloudTokens: 1 } }, { models, localModels, clock });
  shiftMs = new Date(2026, 10, 30, 23, 59, 58).getTime() - Date.now();
  await scene.ask("/api/chat", plain);
  assertEquals((await scene.ask("/api/chat", plain)).status, 429);
  const { cloudUse } = await scene.broker.waitFor((status) => status.cloudUse.month === "2026-12");
  assertEquals([cloudUse.tokens, cloudUse.since, cloudUse.isReached], [0, null, false]);
  await scene.broker.waitFor(({ backends }) => backends[1].routable);
  assertEquals((await scene.ask("/api/chat", plain)).status, 200);
});

Deno.test("a restart keeps the count, and kill -9 loses at most what came within seconds", async () => {
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai" });
  const folder = await Deno.makeTempDir({ prefix: "cap-test-" });
  try {
    await Deno.mkdir(`${folder}/cloudtolocalllm`);
    const backends = [{ id: "cloud", kind: "openai", url: cloud.url, location: "cloud" }];
    const config = {
      version: 1,
      listen: { port: 0 },
      desktop: { enabled: false },
      limits: { monthlyCloudTokens: 1_000_000 },
      backends,
    };
    await Deno.writeTextFile(`${folder}/cloudtolocalllm/config.json`, JSON.stringify(config));
    const first = await daemon(folder);
    const used = await first.use();
    await first.waitUntilKept(used);
    await first.end("SIGKILL");
    const second = await daemon(folder);
    assertEquals(await second.tokens(), used);
    const more = await second.use();
    assertEquals(more > used, true);
    await second.end("SIGTERM");
    const third = await daemon(folder);
    assertEquals(await third.tokens(), more, "an end in order loses nothing");
    await third.end("SIGTERM");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The daemon as a process of its own, all its folders in one. */
async function daemon(folder: string) {
  const env = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder };
  const args = ["run", "--quiet", "-P=daemon", new URL("../../main.ts", import.meta.url).pathname, "run"];
  const child = new Deno.Command(Deno.execPath(), { args, env, stderr: "piped", stdout: "null", stdin: "null" })
    .spawn();
  const lines = child.stderr.pipeThrough(new TextDecoderStream());
  const ready = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const text of lines) if (text.includes("Ready")) ready.resolve();
    ready.reject(new Error("The daemon ended"));
  })();
  ready.promise.catch(() => {});
  await ready.promise;
  const { url, token } = JSON.parse(await Deno.readTextFile(`${folder}/cloudtolocalllm/control.json`));
  const status = async () =>
    await (await fetch(`${url}/control/v1/status`, { headers: { authorization: `Bearer ${token}` } })).json();
  const tokens = async (): Promise<number> => (await status()).cloudUse.tokens;
  return {
    tokens,
    /** Has a question answered, and tells the count then. */
    async use() {
      const response = await fetch(`${url}/api/chat`, { method: "POST", body: JSON.stringify(plain) });
      assertEquals(response.status, 200, await response.text());
      return await tokens();
    },
    async waitUntilKept(count: number) {
      const path = `${folder}/cloudtolocalllm/cloud_tokens.json`;
      using watcher = Deno.watchFs(`${folder}/cloudtolocalllm`);
      const isKept = async () => {
        const text = await Deno.readTextFile(path).catch(() => '{"months":{}}');
        return JSON.parse(text).months[monthOf(Date.now())]?.tokens === count;
      };
      if (await isKept()) return;
      for await (const _ of watcher) if (await isKept()) return;
    },
    async end(signal: Deno.Signal) {
      child.kill(signal);
      await child.status;
      await reading;
    },
  };
}

Deno.test("a count that does not know the month from its beginning says since when", async () => {
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai" });
  const backends = [{ id: "cloud", kind: "openai", url: cloud.url, location: "cloud" } as const];
  await using broker = await BrokerFixture.start({ limits: { monthlyCloudTokens: 10 }, backends });
  const { cloudUse } = await broker.status();
  assertEquals([cloudUse.tokens, cloudUse.since !== null], [0, true]);
});
