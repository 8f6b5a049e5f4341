import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { assertAnswered } from "./answers.ts";
import { dialects, eachPairing, everyPairing, FailureWorld, inTime } from "./failure_world.ts";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

/**
 * Makes the runtime collect garbage. `fetch` of Deno 2.9 forgets the signal of a request whose answer has begun when that
 * happens: what is aborted later must be ended in another way.
 */
async function collectGarbage(): Promise<void> {
  const canary = new WeakRef({});
  for (let turn = 0; turn < 3 || canary.deref(); turn++) {
    // What was referred to in this turn of the event loop is kept until its end.
    await new Promise((resolve) => setTimeout(resolve));
    gc();
  }
}

const limitMs = 60_000;
const limited = { localConfig: { timeouts: { firstByteMs: limitMs, answerMs: limitMs } } };
const never = new Promise<never>(() => {});

everyPairing("2: the first-byte timeout fires after a garbage collection too", limited, async (world, asked) => {
  world.local.script({ kind: "headers_then_silence" });
  const answering = world.chat(asked.client, { stream: asked.stream });
  const request = await world.local.waitForRequest(({ health }) => !health);
  await collectGarbage();
  world.clock.skip(limitMs);
  assertAnswered(await answering, { by: "cloud", attempts: "local:first_byte_timeout, cloud:ok" });
  assertEquals(await request.ended, "client_left");
});

eachPairing("11: a health check that stops halfway ends after a garbage collection too", {}, async (world) => {
  world.local.onHealth = { kind: "headers_then_silence" };
  world.clock.skip(11_000);
  await world.local.waitUntil("the health check", () => world.local.inFlight > 0);
  await collectGarbage();
  world.clock.skip(3_000);
  const local = (await world.until(({ backends }) => backends[0].reason !== null)).backends[0];
  assertStringIncludes(local.reason ?? "", "Its health check fails");
  await world.local.waitForIdle();
});

everyPairing("17: the client leaves after a garbage collection", {}, async (world, { client, stream }) => {
  world.local.script({ kind: "headers_then_silence" });
  const abort = new AbortController();
  const opening = world.open(client, { stream, signal: abort.signal });
  const request = await world.local.waitForRequest(({ health }) => !health);
  await collectGarbage();
  abort.abort();
  await assertRejects(() => opening);
  assertEquals(await request.ended, "client_left");
});

for (const client of dialects) {
  Deno.test(`failure 21: the grace ends after a garbage collection too (${client})`, async () => {
    await using world = await FailureWorld.start();
    await inTime((async () => {
      world.local.script({ kind: "stall_after", frames: 3, until: never });
      const following = await world.follow(client);
      await following.until(" the");
      await collectGarbage();
      const closing = world.broker.daemon.close();
      await world.clock.waitForTimer(10_000);
      world.clock.skip(10_000);
      assertStringIncludes((await following.end()).error ?? "", "shutting down");
      await closing;
      await world.local.waitForIdle();
      await world.clock.waitForPending(0);
    })());
  });
}
