import { assertEquals } from "@std/assert";
import { recordOf, UsageScene } from "../../tests/support/usage/usage_scene.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

Deno.test("UsageRecord keeps one row of figures for each request, in a file of its user's alone", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  assertEquals(scene.exists, false);
  usage.record(recordOf());
  const [row] = await usage.recent({ limit: 10 });
  assertEquals(row, {
    id: 1,
    at: "2023-11-14T22:13:20.000Z",
    app: "test",
    dialect: "ollama",
    operation: "chat",
    model: "llama3.2",
    backend: "cloud",
    location: "cloud",
    attempts: "local:connect_refused, cloud:ok",
    reason: "connect_refused",
    failedOver: true,
    firstByteMs: 40,
    durationMs: 900,
    tokensIn: 5,
    tokensOut: 7,
    outcome: "ok",
    status: 200,
  });
  const modes = ["", "-wal", "-shm"].map((end) => Deno.statSync(scene.path + end).mode! & 0o777);
  assertEquals([...modes, Deno.statSync(`${scene.folder}/state`).mode! & 0o777], [0o600, 0o600, 0o600, 0o700]);
  assertEquals([usage.problem(), scene.warnings], [null, []]);
});

Deno.test("UsageRecord writes a second after the first row, and what waits when it ends", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  usage.record(recordOf());
  await scene.clock.advance(500);
  usage.record(recordOf());
  await scene.clock.advance(499);
  assertEquals(scene.exists, false);
  await scene.clock.advance(1);
  await usage.recent({ limit: 1 });
  assertEquals(scene.rows().length, 2);
  usage.record(recordOf());
  await usage[Symbol.asyncDispose]();
  assertEquals(scene.rows().length, 3);
  usage.record(recordOf());
  assertEquals(scene.clock.pending, 0);
});

Deno.test("UsageRecord sums by backend, model, app and location, the last seconds included", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  const at = scene.clock.now();
  for (let hour = 0; hour < 100; hour++) usage.record(recordOf({ startedAt: at - hour * hourMs }));
  usage.record(recordOf({ location: "local", backend: "local", attempts: [], app: "zed", usage: {} }));
  usage.record(
    recordOf({ backend: undefined, location: undefined, outcome: "failed", firstByteMs: undefined, usage: {} }),
  );
  const summary = await usage.summary({ since: at - 30 * dayMs, until: at + 1 });
  assertEquals([summary.requests, summary.failed, summary.failedOver], [102, 1, 100]);
  assertEquals(summary.tokens, { local: { input: 0, output: 0 }, cloud: { input: 500, output: 700 } });
  assertEquals(summary.uncounted, { local: 1, cloud: 0 });
  assertEquals(summary.byBackend.top.map(({ name, requests }) => [name, requests]), [["cloud", 100], ["", 1], [
    "local",
    1,
  ]]);
  assertEquals(summary.byApp.top.map(({ name, requests }) => [name, requests]), [["test", 101], ["zed", 1]]);
  assertEquals(Math.abs(summary.firstByteMs.p50! / 40 - 1) < 0.05, true);
  const part = await usage.summary({ since: at - 10 * hourMs, until: at + 1 });
  assertEquals(part.requests, 13);
  assertEquals(await usage.cloudTokens(at - 10 * hourMs), 11 * 12);
  const series = await usage.series({ since: at - 99 * hourMs, until: at + hourMs, buckets: 10 });
  assertEquals(series.map(({ requests }) => requests), [10, 10, 10, 10, 10, 10, 10, 10, 10, 12]);
  assertEquals(series[9].tokens, { local: 0, cloud: 120 });
  const short = await usage.series({ since: at - 3 * hourMs, until: at + hourMs, buckets: 4 });
  assertEquals(short.map(({ requests, failed }) => [requests, failed]), [[1, 0], [1, 0], [1, 0], [3, 1]]);
});
