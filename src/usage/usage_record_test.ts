import { assert, assertEquals } from "@std/assert";
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

Deno.test("UsageRecord makes no file while it is switched off, and follows the configuration", async () => {
  await using scene = new UsageScene();
  scene.options.record = false;
  const usage = scene.start();
  usage.record(recordOf());
  await scene.clock.advance(10_000);
  assertEquals([(await usage.summary(scene.all)).requests, await usage.recent({ limit: 5 })], [0, []]);
  assertEquals([await usage.cloudTokens(0), usage.problem(), scene.exists], [0, null, false]);
  scene.options.record = true;
  usage.configChanged();
  usage.record(recordOf());
  assertEquals((await usage.summary(scene.all)).requests, 1);
  usage.record(recordOf());
  scene.options.record = false;
  usage.configChanged();
  usage.record(recordOf());
  await scene.clock.advance(10_000);
  assertEquals((await usage.summary(scene.all)).requests, 1);
});

Deno.test("UsageRecord forgets what is older than it may keep, in small steps, and gives the space back", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  const now = scene.clock.now();
  for (let row = 0; row < 4_000; row++) usage.record(recordOf({ startedAt: now - 100 * dayMs + row * 1_000 }));
  for (let row = 0; row < 50; row++) usage.record(recordOf({ startedAt: now - row * dayMs - 2 * hourMs }));
  assertEquals((await usage.summary(scene.all)).requests, 4_050);
  const pages = () => Number(scene.rows("PRAGMA page_count")[0].page_count);
  const before = pages();
  scene.options.keepDays = 30;
  usage.configChanged();
  for (let step = 0; step < 100; step++) {
    await scene.clock.advance(1_000);
    await usage.recent({ limit: 1 });
  }
  const { requests, tokens } = await usage.summary(scene.all);
  assertEquals([requests, tokens.cloud.output], [30, 30 * 7]);
  assertEquals((await usage.recent({ limit: 500 })).length, 30);
  assert(pages() < before / 2, `${before} pages became ${pages()}`);
});

Deno.test("UsageRecord lists newest first, page by page, also when the clock was set back", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  for (let row = 0; row < 5; row++) {
    usage.record(recordOf({ startedAt: scene.clock.now(), model: `m${row}` }));
    scene.clock.set(-3_600_000);
  }
  const first = await usage.recent({ limit: 2 });
  const rest = await usage.recent({ limit: 10, before: first[1].id });
  assertEquals([...first, ...rest].map(({ model }) => model), ["m4", "m3", "m2", "m1", "m0"]);
  scene.clock.set(-1_000 * dayMs);
  usage.record(recordOf({ startedAt: scene.clock.now() }));
  scene.clock.set(2_000 * dayMs);
  await scene.clock.advance(2_000);
  assertEquals([usage.problem(), scene.warnings], [null, []]);
});

Deno.test("UsageRecord deletes everything when told, damaged files too, and goes on", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  for (let row = 0; row < 500; row++) usage.record(recordOf({ model: "secret-project" }));
  await usage.recent({ limit: 1 });
  await Deno.writeTextFile(`${scene.path}.damaged-2026-01-05T14-04-00`, "secret-project");
  await usage.clear();
  for (const { name } of Deno.readDirSync(`${scene.folder}/state`)) {
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(`${scene.folder}/state/${name}`));
    assertEquals([name, text.includes("secret-project")], [name, false]);
  }
  assertEquals((await usage.summary(scene.all)).requests, 0);
  usage.record(recordOf());
  assertEquals((await usage.recent({ limit: 5 })).length, 1);
});

Deno.test("UsageRecord keeps names as they are, whatever they would mean in SQL", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  const names = ["'; DROP TABLE requests; --", '"', "%_\\", "模型🎉", "a'b", "\u202e", "?1", ""];
  for (const model of names) usage.record(recordOf({ model, app: model }));
  assertEquals((await usage.recent({ limit: 50 })).map(({ model }) => model), names.toReversed());
  const { byModel, byApp } = await usage.summary(scene.all);
  assertEquals(new Set(byModel.top.map(({ name }) => name)), new Set(names));
  assertEquals(new Set(byApp.top.map(({ name }) => name)), new Set(names));
});

Deno.test("UsageRecord tells the ten most used names one by one, and the others together", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  for (let app = 0; app < 14; app++) {
    for (let row = 0; row <= app; row++) usage.record(recordOf({ app: `app-${app}` }));
  }
  const { byApp, requests } = await usage.summary(scene.all);
  assertEquals(byApp.top.map(({ name }) => name), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4].map((app) => `app-${app}`));
  assertEquals([byApp.others?.names, byApp.others?.requests, requests], [4, 1 + 2 + 3 + 4, 105]);
});

Deno.test("UsageRecord shares its file with another daemon's", async () => {
  await using scene = new UsageScene();
  const [one, other] = [scene.start(), scene.start()];
  for (let round = 0; round < 20; round++) {
    for (const usage of [one, other]) {
      for (let row = 0; row < 10; row++) usage.record(recordOf({ app: `round-${round}` }));
    }
    await Promise.all([one.recent({ limit: 1 }), other.recent({ limit: 1 })]);
  }
  assertEquals([(await one.summary(scene.all)).requests, (await other.summary(scene.all)).requests], [400, 400]);
  assertEquals([one.problem(), other.problem(), scene.warnings], [null, null, []]);
});

Deno.test("UsageRecord begins a new file when its own was taken away", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  usage.record(recordOf());
  await usage.recent({ limit: 1 });
  for (const end of ["", "-wal", "-shm"]) await Deno.remove(scene.path + end);
  usage.record(recordOf());
  assertEquals([(await usage.recent({ limit: 5 })).length, usage.problem()], [1, null]);
});

Deno.test("UsageRecord closes a file that nobody uses, and wakes nobody for it", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  usage.record(recordOf());
  await usage.recent({ limit: 1 });
  await scene.clock.advance(2_000);
  await usage.recent({ limit: 1 });
  await scene.clock.advance(60_000);
  await usage.problem();
  assertEquals(scene.clock.pending, 1);
  assert(scene.clock.nextDueMs! > 23 * hourMs);
});
