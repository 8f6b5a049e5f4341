import { assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { ModelServer } from "../support/model_server.ts";

const messages = '"messages":[{"role":"user","content":"hi"}]';

/** Models the local server was asked for, as Ollama reads them: the last of the keys counts. */
function asked(server: ModelServer): unknown[] {
  return server.requests.filter(({ health }) => !health).map(({ json }) => json.model);
}

Deno.test("local-only asks nothing of a cloud backend, until another mode allows it", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "cloud-token" });
  await using broker = await BrokerFixture.start({
    route: { mode: "local-only" },
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "cloud", kind: "openai", url: cloud.url, location: "cloud", secret: "cloud" },
    ],
  }, { env: { CLOUDTOLOCALLLM_SECRET_CLOUD: "cloud-token" } });
  const { state, backends } = await broker.waitUntilChecked();
  const { routable, health, reason } = backends[1];
  assertEquals([state, routable, health, reason], ["connected", false, "disabled", "Not used in mode local-only"]);
  for (const path of ["/api/tags", "/v1/models", "/api/ps"]) await (await fetch(broker.url + path)).body?.cancel();
  assertEquals(cloud.requests, []);
  await (await broker.control("/mode", { method: "PUT", body: '{"mode":"local-first"}' })).body?.cancel();
  await broker.waitFor((status) => status.backends[1].health === "up");
  assertEquals(cloud.requests.length > 0, true);
});

for (const how of ["local-only", "a pause"]) {
  Deno.test(`${how} lets no name through to a local Ollama that it may read as one of its cloud`, async () => {
    await using local = await ModelServer.start({ name: "local", dialect: "ollama", models: [{ name: "m:latest" }] });
    await using broker = await BrokerFixture.start({
      route: { mode: how === "local-only" ? how : "local-first" },
      backends: [{ id: "local", kind: "ollama", url: local.url, location: "local" }],
    });
    await broker.waitUntilChecked();
    if (how === "a pause") await (await broker.control("/pause", { method: "PUT", body: "{}" })).body?.cancel();
    for (const tag of ["cloud@sha256:00", "cloud\0", "1b-cloud/", "cloud\u200b", "1b-\u212aloud", "\uff43loud"]) {
      for (const path of ["/api/chat", "/api/generate", "/api/embed", "/v1/chat/completions"]) {
        const body = { model: `gpt:${tag}`, prompt: "hi", input: "hi", messages: [{ role: "user", content: "hi" }] };
        const response = await broker.ask(path, body);
        assertEquals(response.status, 503, `${path} ${tag}`);
        assertStringIncludes(await response.text(), "runs in the cloud");
      }
    }
    assertEquals(asked(local), []);
  });
}

Deno.test("local-only lets no spelling of a cloud model through to a local Ollama", async () => {
  const models = [{ name: "m:latest" }, { name: "stub:cloud", remoteModel: "stub" }];
  await using local = await ModelServer.start({ name: "local", dialect: "ollama", models });
  await using broker = await BrokerFixture.start({
    route: { mode: "local-only" },
    backends: [{ id: "local", kind: "ollama", url: local.url, location: "local" }],
  });
  await broker.waitUntilChecked();
  const post = async (path: string, body: string) => {
    const response = await fetch(broker.url + path, { method: "POST", body });
    return `${response.status} ${await response.text()}`;
  };
  for (const name of ["stub:cloud", "https://registry.ollama.ai/library/stub:cloud", "kimi:cloud", "gpt:1b-cloud"]) {
    for (const path of ["/api/chat", "/v1/chat/completions"]) {
      const answer = await post(path, `{"model":${JSON.stringify(name)},${messages}}`);
      assertStringIncludes(answer, "runs in the cloud, and the mode is local-only");
      assertEquals(answer.slice(0, 3), "503");
    }
  }
  for (const body of [`{"model":"m","Model":"stub:cloud",${messages}}`, `{"model":"m",${messages},"Messages":[]}`]) {
    assertStringIncludes(await post("/api/chat", body), "400 ");
    assertStringIncludes(await post("/v1/chat/completions", body), "400 ");
  }
  assertStringIncludes(await post("/api/chat", `{"model":"m","model":"stub:cloud",${messages}}`), "503 ");
  assertEquals(asked(local), []);
  assertStringIncludes(await post("/api/chat", `{"model":"stub:cloud","model":"m",${messages}}`), "200 ");
  assertEquals(asked(local), ["m"]);
});
