import { assert, assertEquals } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { ModelServer, type ServerDialect } from "../support/model_server.ts";

const cloudOnly = { name: "cloud-model", tools: true };

/** A local Ollama and a cloud that has one model more, and the requests that a program sends by hand. */
async function open(cloudDialect: ServerDialect) {
  await using cleanup = new AsyncDisposableStack();
  const local = cleanup.use(await ModelServer.start({ name: "local", dialect: "ollama" }));
  const cloud = cleanup.use(
    await ModelServer.start({ name: "cloud", dialect: cloudDialect, models: [cloudOnly], token: "key" }),
  );
  const broker = cleanup.use(
    await BrokerFixture.start({
      backends: [
        { id: "local", kind: "ollama", url: local.url, location: "local" },
        { id: "cloud", kind: cloudDialect, url: cloud.url, location: "cloud", secret: "cloud" },
      ],
    }, { env: { CLOUDTOLOCALLLM_SECRET_CLOUD: "key" } }),
  );
  await broker.waitUntilChecked();
  const owned = cleanup.move();
  const get = async (path: string) => await (await fetch(broker.url + path)).json();
  const post = async (path: string, body: unknown) => {
    const response = await broker.ask(path, body);
    const text = await response.text();
    return { status: response.status, lines: text.trimEnd().split("\n").map((line) => JSON.parse(line)) };
  };
  return { local, cloud, broker, get, post, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

for (const dialect of ["ollama", "openai", "cloudtolocalllm"] as const) {
  Deno.test(`ollama run of a model that only a cloud (${dialect}) has: no pull, then a chat`, async () => {
    await using world = await open(dialect);
    const head = await fetch(`${world.broker.url}/`, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);

    const show = await world.post("/api/show", { model: "cloud-model" });
    assertEquals(show.status, 200);
    assert(show.lines[0].capabilities.includes("completion"));
    assertEquals(typeof show.lines[0].details, "object");

    const preload = await world.post("/api/generate", { model: "cloud-model", prompt: "" });
    assertEquals(preload.status, 200);
    const [loaded] = preload.lines;
    assertEquals([loaded.done, loaded.done_reason, loaded.response], [true, "load", ""]);
    assertEquals(world.cloud.modelRequests, []);

    const messages = [{ role: "user", content: "hi" }];
    const { lines } = await world.post("/api/chat", { model: "cloud-model", messages, options: {} });
    assertEquals(lines.map(({ message }) => message.content).join(""), "Hello from the cloud model. You said: hi");
    assertEquals(lines.at(-1).done, true);

    const unload = await world.post("/api/generate", { model: "cloud-model", keep_alive: 0 });
    assertEquals([unload.status, unload.lines[0].done_reason], [200, "unload"]);
    assertEquals(world.cloud.modelRequests.length, 1);
  });
}

Deno.test("ollama run of a local model: the preload loads it there, and never at the cloud", async () => {
  await using world = await open("ollama");
  const show = await world.post("/api/show", { model: "llama3.2" });
  assertEquals(show.status, 200);
  const preload = await world.post("/api/generate", { model: "llama3.2", prompt: "" });
  assertEquals([preload.status, preload.lines[0].done_reason], [200, "load"]);
  const { models } = await world.get("/api/ps");
  assertEquals(models.map(({ name }: { name: string }) => name), ["llama3.2:latest"]);
  await world.post("/api/generate", { model: "llama3.2", keep_alive: 0 });
  assertEquals((await world.get("/api/ps")).models, []);
  assertEquals(world.cloud.modelRequests, []);
});

Deno.test("ollama run of a model that nobody has: 404, so that it is pulled", async () => {
  await using world = await open("openai");
  const show = await world.post("/api/show", { model: "new-model" });
  assertEquals([show.status, show.lines], [404, [{ error: "model 'new-model' not found" }]]);
  const pull = await world.post("/api/pull", { model: "new-model" });
  assertEquals(pull.lines.at(-1), { status: "success" });
  assertEquals((await world.post("/api/show", { model: "new-model" })).status, 200);
});

Deno.test("Open WebUI: its connection check, its list of models and what is loaded", async () => {
  await using world = await open("openai");
  const { version } = await world.get("/api/version");
  assert(/^\d+\.\d+\.\d+/.test(version), version);
  const { models } = await world.get("/api/tags");
  const names = models.map(({ name }: { name: string }) => name);
  assert(names.includes("llama3.2:latest") && names.includes("cloud-model"), String(names));
  for (const model of models) {
    assertEquals(model.model, model.name);
    assertEquals([typeof model.details, typeof model.size, typeof model.digest], ["object", "number", "string"]);
  }
  assertEquals(await world.get("/api/ps"), { models: [] });
  await world.post("/api/chat", { model: "llama3.2", messages: [{ role: "user", content: "hi" }], stream: false });
  const loaded = (await world.get("/api/ps")).models;
  assertEquals(loaded.map(({ model }: { model: string }) => model), ["llama3.2:latest"]);
});
