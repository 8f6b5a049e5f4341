import { assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";
import { noUsage } from "../../tests/support/no_usage.ts";
import type { UsageRange } from "../state/usage.ts";

const dayMs = 86_400_000;

/** A record of use that remembers what it was asked for. */
function asked() {
  const ranges: (UsageRange & { buckets?: number })[] = [];
  const pages: { limit: number; before?: number }[] = [];
  const usage: typeof noUsage = {
    ...noUsage,
    summary(range) {
      ranges.push(range);
      return noUsage.summary(range);
    },
    series(range) {
      ranges.push(range);
      return noUsage.series(range);
    },
    recent(page) {
      pages.push(page);
      return noUsage.recent(page);
    },
  };
  return { scene: new HttpScene({ usage }), ranges, pages };
}

Deno.test("GET usage takes a range by times and by how long ago, and tells the problem", async () => {
  const { scene, ranges } = asked();
  const now = scene.context.clock.now();
  const answer = await (await scene.control("/usage")).json();
  assertEquals([answer.recording, answer.problem, answer.summary.requests, answer.series], [true, null, 0, []]);
  assertEquals(ranges, [{ since: now - 7 * dayMs, until: now + 1 }, {
    since: now - 7 * dayMs,
    until: now + 1,
    buckets: 60,
  }]);
  await scene.control("/usage?since=2023-11-01T00:00:00Z&until=24h&buckets=3");
  assertEquals(ranges.at(-1), { since: Date.parse("2023-11-01T00:00:00Z"), until: now - dayMs, buckets: 3 });
});

Deno.test("GET usage and requests say what a wrong value should be", async () => {
  const { scene, ranges, pages } = asked();
  const wrong: [query: string, words: string][] = [
    ["usage?since=yesterday", "since must be a time such as 2026-01-05"],
    ["usage?until=soon", "until must be a time such as"],
    ["usage?since=1h&until=2h", "since must be before until"],
    ["usage?since=1990-01-01", "since must be at most eleven years before until"],
    ["usage?buckets=0", "buckets must be a whole number from 1 to 1000"],
    ["usage?buckets=1e9", "buckets must be a whole number"],
    ["requests?limit=501", "limit must be a whole number from 1 to 500"],
    ["requests?limit=-1", "limit must be a whole number"],
    ["requests?before=x", "before must be the id of a request"],
  ];
  for (const [query, words] of wrong) {
    const response = await scene.control(`/${query}`);
    assertEquals(response.status, 400, query);
    assertStringIncludes((await response.json()).error.message, words);
  }
  assertEquals([ranges, pages], [[], []]);
});

Deno.test("GET requests lists what runs now with its attempts, then the record, page by page", async () => {
  const { scene, pages } = asked();
  scene.running.begin({
    id: "r1",
    app: "zed",
    dialect: "openai",
    startedAt: 1_700_000_000_000,
    model: "llama3.2",
    backend: "cloud",
    phase: "streaming",
    attempts: [{ backend: "local", startedAt: 0, durationMs: 1, outcome: "failed", reason: "reset" }],
  });
  const answer = await (await scene.control("/requests?limit=5&before=17")).json();
  assertEquals(answer, {
    problem: null,
    running: [{
      id: "r1",
      app: "zed",
      dialect: "openai",
      startedAt: "2023-11-14T22:13:20.000Z",
      model: "llama3.2",
      backend: "cloud",
      phase: "streaming",
      attempts: "local:reset",
    }],
    recent: [],
  });
  assertEquals(pages, [{ limit: 5, before: 17 }]);
});

Deno.test("DELETE usage deletes the record, or says why it cannot", async () => {
  let cleared = 0;
  const scene = new HttpScene({ usage: { ...noUsage, clear: () => Promise.resolve(void cleared++) } });
  assertEquals(await (await scene.control("/usage", { method: "DELETE" })).json(), { deleted: true });
  assertEquals(cleared, 1);
  const clear = () => Promise.reject(new Error("database is locked"));
  const broken = new HttpScene({ usage: { ...noUsage, clear } });
  const response = await broken.control("/usage", { method: "DELETE" });
  assertEquals(response.status, 503);
  assertStringIncludes((await response.json()).error.message, "cannot be deleted: database is locked");
});

Deno.test("the record of use is for who has the control token", async () => {
  const scene = new HttpScene();
  for (const path of ["/control/v1/usage", "/control/v1/requests"]) {
    assertEquals((await scene.ask(path)).status, 401);
  }
});

Deno.test("a model request is in the list of those that run, from its beginning to its end", async () => {
  const scene = new HttpScene({ backends: { local: "wait" } });
  const json = { model: "llama3.2", messages: [{ role: "user", content: "hi" }], stream: false };
  const asking = scene.ask("/api/chat", { json, headers: { "user-agent": "ollama/0.12.0 (linux)" } });
  const sent = await scene.broker.stubs.get("local")!.firstSend;
  const [{ app, dialect, model, backend, phase, attempts }] = scene.running.list();
  assertEquals([app, dialect, model, backend, phase, attempts], [
    "ollama",
    "ollama",
    "llama3.2",
    "local",
    "waiting",
    [],
  ]);
  sent.resolve({ status: 200, contentType: "application/json", first: new Uint8Array([123, 125]), usage: {} });
  await (await asking).text();
  assertEquals([scene.running.list(), scene.records[0].app, scene.records[0].location], [[], "ollama", "local"]);
});
