import { assertEquals, assertStringIncludes } from "@std/assert";
import { PolicyScene } from "../support/policy_scene.ts";

const chat = { model: "plain", messages: [{ role: "user", content: "hi" }], stream: false };
const without = (ids: string) => ({ "x-broker-without": ids });

Deno.test("x-broker-without shows a failover, and disturbs nobody else", async () => {
  await using scene = await PolicyScene.start({});
  for (const path of ["/api/chat", "/v1/chat/completions"]) {
    for (const stream of [true, false]) {
      const answer = await scene.ask(path, { ...chat, stream }, without("local"));
      assertEquals([answer.status, answer.attempts], [200, "local:taken_away, ollama-cloud:ok"]);
    }
  }
  const both = await scene.ask("/api/chat", chat, without(" local , ollama-cloud,"));
  assertEquals(both.attempts, "local:taken_away, ollama-cloud:taken_away, openai-cloud:ok");
  assertEquals((await scene.ask("/api/chat", chat)).attempts, "local:ok");
  assertEquals(scene.servers.local.modelRequests.length, 1);
  const { state, active, failovers, backends } = await scene.broker.status();
  assertEquals([state, active, failovers, backends[0].health], ["connected", "local", [], "up"]);
  const metrics = await (await fetch(`${scene.broker.url}/metrics`)).text();
  assertEquals(metrics.includes("taken_away"), false);
  assertEquals(/failovers_total\{/.test(metrics), false);
  assertStringIncludes(metrics, 'attempts_total{backend="local",result="ok"} 1');
});

Deno.test("x-broker-without is seen beside real failures, and does not come up where its turn does not", async () => {
  await using scene = await PolicyScene.start({ route: { mode: "cloud-first", rounds: 2, backoffMs: 1 } });
  assertEquals((await scene.ask("/api/chat", chat, without("local"))).attempts, "ollama-cloud:ok");
  scene.servers["ollama-cloud"].script({ kind: "status", status: 500 });
  const failed = await scene.ask("/api/chat", chat, without("openai-cloud"));
  assertEquals(failed.attempts, "ollama-cloud:http_500, openai-cloud:taken_away, local:ok");
  const { failovers } = await scene.broker.status();
  assertEquals(failovers.map(({ from, to }) => [from, to]), [["ollama-cloud", "local"]]);
});

Deno.test("x-broker-without that leaves nobody is a clear refusal", async () => {
  await using scene = await PolicyScene.start({ route: { mode: "local-only" } });
  const answer = await scene.ask("/v1/chat/completions", chat, without("local"));
  assertEquals([answer.status, answer.attempts], [503, "local:taken_away"]);
  assertStringIncludes(answer.text, "x-broker-without takes away local");
  const pinned = await scene.ask("/api/chat", chat, { ...without("local"), "x-broker-backend": "local" });
  assertEquals([pinned.status, pinned.attempts], [503, "local:taken_away"]);
  const embedding = await scene.ask("/api/embed", { model: "nomic-embed-text", input: "hi" }, without("local"));
  assertEquals(embedding.status, 503);
  scene.assertNothingLeft();
  assertEquals(scene.servers.local.modelRequests, []);
});

Deno.test("x-broker-without refuses an id that is not there with 400", async () => {
  await using scene = await PolicyScene.start({});
  for (const path of ["/api/chat", "/v1/chat/completions"]) {
    const answer = await scene.ask(path, chat, without("local, clod"));
    assertEquals([answer.status, answer.attempts], [400, null]);
    assertStringIncludes(answer.text, 'no backend is called \\"clod\\"; there are: local, ollama-cloud, openai-cloud');
  }
  assertEquals(scene.servers.local.modelRequests, []);
});
