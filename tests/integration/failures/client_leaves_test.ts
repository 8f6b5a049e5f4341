import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Dialect } from "../../../src/core/types.ts";
import { type Fault, gate } from "../../support/model_server.ts";
import { assertAnswered } from "./answers.ts";
import { dialects, eachPairing, everyPairing, failureTest, type FailureWorld } from "./failure_world.ts";

const never = new Promise<never>(() => {});

/** The one model request was cancelled, counted as such, and held against nobody. */
async function assertCancelled(world: FailureWorld, client: Dialect, backend: string): Promise<void> {
  await world.until(({ inFlight }) => inFlight === 0);
  const labels = `{dialect="${client}",operation="chat",backend="${backend}",outcome="cancelled"}`;
  assertEquals((await world.metrics()).get(`requests_total${labels}`), 1);
  const { backends } = await world.broker.status();
  assertEquals(backends.map(({ health, reason }) => [health, reason]), backends.map(() => ["up", null]));
}

eachPairing("17: the client leaves while it is streamed to", {}, async (world, { client, local }) => {
  world.local.script({ kind: "stall_after", frames: 3, until: never });
  const abort = new AbortController();
  const following = await world.follow(client, { signal: abort.signal });
  await following.until(local === "openai" ? " from" : " the");
  abort.abort();
  await assertRejects(() => following.end());
  assertEquals(await world.local.modelRequests[0].ended, "client_left");
  await assertCancelled(world, client, "local");
});

const waits: Fault[] = [{ kind: "silent" }, { kind: "headers_then_silence" }, { kind: "comments_only" }];

for (const fault of waits) {
  everyPairing(`17: the client leaves before the first byte (${fault.kind})`, {}, async (world, { client, stream }) => {
    world.local.script(fault);
    const abort = new AbortController();
    const opening = world.open(client, { stream, signal: abort.signal });
    const request = await world.local.waitForRequest(({ health }) => !health);
    abort.abort();
    await assertRejects(() => opening);
    assertEquals(await request.ended, "client_left");
    await assertCancelled(world, client, "none");
    assertEquals(world.cloud.modelRequests.length, 0);
  });
}

eachPairing("17: the client leaves while its whole answer comes", {}, async (world, { client }) => {
  world.local.script({ kind: "stall_after", frames: 3, until: never });
  const abort = new AbortController();
  const opening = world.open(client, { stream: false, signal: abort.signal });
  const request = await world.local.waitForRequest(({ health }) => !health);
  abort.abort();
  await assertRejects(() => opening);
  assertEquals(await request.ended, "client_left");
  await assertCancelled(world, client, "none");
});

eachPairing("17: the client leaves while a late backend's health is asked", {}, async (world, { client }) => {
  world.local.script({ kind: "silent" });
  const abort = new AbortController();
  const opening = world.open(client, { signal: abort.signal });
  const request = await world.local.waitForRequest(({ health }) => !health);
  world.local.onHealth = { kind: "silent" };
  world.clock.skip(2_000);
  await world.local.waitUntil("the question", () => world.local.inFlight === 2);
  abort.abort();
  await assertRejects(() => opening);
  assertEquals(await request.ended, "client_left");
  await assertCancelled(world, client, "none");
});

const slowBackoff = { config: { route: { backoffMs: 60_000 } } };

eachPairing("17: the client leaves during the backoff", slowBackoff, async (world, { client }) => {
  world.local.always = world.cloud.always = { kind: "status", status: 500 };
  const abort = new AbortController();
  const opening = world.open(client, { signal: abort.signal });
  await world.clock.waitForTimer(30_000, 90_000);
  await world.cloud.waitForRequest(({ health }) => !health);
  await world.cloud.waitForIdle();
  await world.clock.waitForTimer(30_000, 90_000);
  abort.abort();
  await assertRejects(() => opening);
  await world.assertAtRest();
  world.clock.skip(90_000);
  assertEquals([world.local.modelRequests.length, world.cloud.modelRequests.length], [1, 1]);
});

const oneAtOnce = { alone: true, localConfig: { maxConcurrent: 1 } };

everyPairing("17: the client leaves while it is queued", oneAtOnce, async (world, { client, stream }) => {
  const open = gate();
  world.local.script({ kind: "late_first_byte", until: open.promise });
  const first = world.chat(client, { stream });
  await world.local.waitForRequest(({ health }) => !health);

  const abort = new AbortController();
  const second = world.open(client, { stream, signal: abort.signal });
  await world.until(({ inFlight }) => inFlight === 2);
  await world.clock.waitForTimer(29_000, 30_000);
  const third = world.chat(client, { stream });
  await world.until(({ inFlight }) => inFlight === 3);
  abort.abort();
  await assertRejects(() => second);
  await world.until(({ inFlight }) => inFlight === 2);

  open.resolve();
  assertAnswered(await first, { by: "local", attempts: "local:ok" });
  assertAnswered(await third, { by: "local", attempts: "local:ok" });
  assertEquals(world.local.modelRequests.length, 2);
});

for (const client of dialects) {
  failureTest(`17: who waits too long in the queue is told so (${client})`, oneAtOnce, async (world) => {
    const open = gate();
    world.local.script({ kind: "late_first_byte", until: open.promise });
    const first = world.chat(client);
    await world.local.waitForRequest(({ health }) => !health);
    const second = world.chat(client);
    await world.clock.waitForTimer(29_000, 30_000);
    world.clock.skip(30_000);
    const answer = await second;
    assertEquals(answer.status, 503);
    assertStringIncludes(answer.error ?? "", "busy");
    open.resolve();
    assertAnswered(await first, { by: "local", attempts: "local:ok" });
  });

  // A client that reads half of a whole answer and goes has nothing to abort any more.
  failureTest(`17: the client leaves with the whole answer on its way (${client})`, {}, async (world) => {
    const response = await world.open(client, { stream: false });
    await response.body?.cancel();
    assertEquals(await world.local.modelRequests[0].ended, "answered");
  });
}
