import { assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { ModelServer } from "../support/model_server.ts";

const chat = { model: "llama3.2", messages: [{ role: "user", content: "hi" }] };

Deno.test("a refused local backend is answered for by the cloud, in one request", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai" });
  await using broker = await BrokerFixture.start({
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "cloud", kind: "openai", url: cloud.url, location: "cloud" },
    ],
  });
  await broker.waitUntilChecked();
  await local.stop();

  const response = await broker.ask("/api/chat", chat);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("x-broker-backend"), "cloud");
  assertEquals(response.headers.get("x-broker-attempts"), "local:connect_refused, cloud:ok");
  const text = await response.text();
  assertStringIncludes(text, '"content":" cloud"');
  assertStringIncludes(text, '"done":true');

  const { backends, state, failovers } = await broker.status();
  assertEquals(backends[0].routable, false);
  assertEquals(state, "degraded");
  assertEquals(failovers[0].reason, "connect_refused");
});
