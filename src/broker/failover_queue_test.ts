import { assertEquals, assertRejects } from "@std/assert";
import { FailoverScene } from "../../tests/support/failover_scene.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { Exhausted } from "./exhausted.ts";
import { RequestError } from "../core/errors.ts";

const one = { maxConcurrent: 1 };

Deno.test("answer() gives what is beyond a backend's limit to the next one", async () => {
  const scene = new FailoverScene({ a: "ok", b: "ok" }, { inputs: { a: one } });
  const [first, second] = [await scene.ask().result, await scene.ask().result];
  assertEquals([first, second].map(({ backend }) => backend.config.id), ["a", "b"]);
  first.release();
  second.release();
  scene.assertAtRest();
});

Deno.test("answer() waits for its turn in order of arrival when every backend is at its limit", async () => {
  const scene = new FailoverScene({ a: "ok" }, { inputs: { a: one } });
  const first = await scene.ask().result;
  const order: number[] = [];
  const later = [1, 2, 3].map((n) => {
    const { result } = scene.ask();
    return result.then((committed) => {
      order.push(n);
      committed.release();
    });
  });
  await settle();
  assertEquals([scene.slots.waiting, scene.sends("a")], [3, 1]);
  first.release();
  await Promise.all(later);
  assertEquals(order, [1, 2, 3]);
  scene.assertAtRest();
});

Deno.test("answer() gives up waiting after queueMs, and refuses what is too much to wait", async () => {
  const scene = new FailoverScene({ a: "ok" }, { inputs: { a: one }, route: { queueMs: 500, maxQueued: 1 } });
  const first = await scene.ask().result;
  const waiting = scene.ask();
  await settle();
  const refused = await assertRejects(() => scene.ask().result, RequestError, "Too many requests wait already");
  await scene.clock.advance(500);
  const late = await assertRejects(() => waiting.result, RequestError, "Every backend stayed busy");
  assertEquals([refused.status, late.status], [503, 503]);
  first.release();
  scene.assertAtRest();
});

Deno.test("answer() waits queueMs in all, also when others are quicker each time its turn comes", async () => {
  const scene = new FailoverScene({ a: "ok" }, { inputs: { a: one }, route: { queueMs: 1_000 } });
  let holder = scene.slots.take("a");
  const waiting = scene.ask();
  for (let elapsed = 0; elapsed < 1_000; elapsed += 400) {
    await scene.clock.advance(400);
    holder();
    holder = scene.slots.take("a");
    await settle();
  }
  await assertRejects(() => waiting.result, RequestError, "Every backend stayed busy");
  holder();
  scene.assertAtRest();
});

Deno.test("answer() waits no longer than the budget, with an error that says so", async () => {
  const scene = new FailoverScene({ a: "ok" }, { inputs: { a: one }, route: { queueMs: 30_000, budgetMs: 200 } });
  const first = await scene.ask().result;
  const waiting = scene.ask();
  await scene.clock.advance(200);
  const error = await assertRejects(() => waiting.result, RequestError, "Every backend stayed busy");
  assertEquals(error.status, 503);
  first.release();
  scene.assertAtRest();
});

Deno.test("answer() waits for a busy backend after the free ones have failed", async () => {
  const scene = new FailoverScene({ a: "ok", b: "connect_refused" }, { inputs: { a: one } });
  const first = await scene.ask().result;
  const asking = scene.ask();
  await settle();
  first.release();
  (await asking.result).release();
  assertEquals(asking.header, "b:connect_refused, a:ok");
  scene.assertAtRest();
});

Deno.test("answer() leaves the queue when its client does", async () => {
  const scene = new FailoverScene({ a: "ok" }, { inputs: { a: one } });
  const first = await scene.ask().result;
  const asking = scene.ask();
  await settle();
  asking.client.abort(new Error("client gone"));
  await assertRejects(() => asking.result, Error, "client gone");
  first.release();
  assertEquals(scene.sends("a"), 1);
  scene.assertAtRest();
});

Deno.test("answer() hands its turn on when what it waited for can no longer be used", async () => {
  const scene = new FailoverScene({ a: "ok" }, { inputs: { a: one } });
  const first = await scene.ask().result;
  const later = [scene.ask(), scene.ask(), scene.ask()];
  await settle();
  const cooldown = { until: 60_000, reason: "http_429" } as const;
  scene.states = scene.states.map((state) => ({ ...state, health: { ...state.health, cooldown } }));
  first.release();
  for (const { result } of later) assertEquals((await assertRejects(() => result, Exhausted)).status, 429);
  scene.assertAtRest();
});

Deno.test("answer() hands its turn on when it takes another backend that is free as well", async () => {
  const scene = new FailoverScene({ a: "wait", b: "ok" }, { inputs: { a: one, b: one } });
  const [giveA, giveB] = [scene.slots.take("a"), scene.slots.take("b")];
  const later = [scene.ask(), scene.ask()];
  await settle();
  giveB();
  giveA();
  await settle();
  (await later[1].result).release();
  scene.stubs.get("a")!.sends[0].resolve({ status: 200, contentType: "", first: new Uint8Array(1), usage: {} });
  (await later[0].result).release();
  scene.assertAtRest();
});
