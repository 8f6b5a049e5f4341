import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gate } from "../../support/model_server.ts";
import { RawClient } from "../../support/raw_client.ts";
import { assertAnswered } from "./answers.ts";
import { chatPaths, dialects, eachPairing, FailureWorld, inTime, type WorldOptions } from "./failure_world.ts";
import { FloodServer } from "./flood_server.ts";

const graceMs = 10_000;
const lastWordsMs = 2_000;
const never = new Promise<never>(() => {});

/** Nothing is left at the servers, and no timer at all. */
async function assertStopped(world: FailureWorld): Promise<void> {
  await world.broker.daemon.closed;
  await world.local.waitForIdle();
  await world.cloud.waitForIdle();
  await world.clock.waitForPending(0);
}

type Run = Parameters<typeof eachPairing>[2];

/** Like `eachPairing`, for a world whose broker has stopped in the end. */
function stopTest(name: string, options: WorldOptions, run: Run): void {
  for (const local of ["ollama", "openai"] as const) {
    for (const client of dialects) {
      Deno.test(`failure 21: ${name} (${client} client, ${local} backend)`, async () => {
        await using world = await FailureWorld.start({ ...options, local });
        await inTime(run(world, { client, local }).then(() => assertStopped(world)));
      });
    }
  }
}

stopTest("a running stream gets its grace", {}, async (world, { client, local }) => {
  const resumed = gate();
  world.local.script({ kind: "stall_after", frames: 3, until: resumed.promise });
  const following = await world.follow(client);
  await following.until(local === "openai" ? " from" : " the");
  const closing = world.broker.daemon.close();
  await world.clock.waitForTimer(graceMs);
  world.clock.skip(graceMs - 1_000);
  resumed.resolve();
  assertAnswered(await following.end(), { by: "local", attempts: "local:ok" });
  await closing;
});

stopTest("a stream that outlasts its grace ends with an error", {}, async (world, { client, local }) => {
  world.local.script({ kind: "stall_after", frames: 3, until: never });
  const following = await world.follow(client);
  await following.until(local === "openai" ? " from" : " the");
  const closing = world.broker.daemon.close();
  await world.clock.waitForTimer(graceMs);
  world.clock.skip(graceMs);
  const answer = await following.end();
  assertStringIncludes(answer.error ?? "", "shutting down");
  assertEquals([answer.status, answer.complete, /"done":true|\[DONE\]/.test(answer.text)], [200, false, false]);
  assertEquals(await world.local.modelRequests[0].ended, "client_left");
  await closing;
});

for (const stream of [true, false]) {
  stopTest(
    `a wait for the first byte ends with a 503 (${stream ? "streamed" : "whole"})`,
    {},
    async (world, { client }) => {
      world.local.script({ kind: "silent" });
      const answering = world.chat(client, { stream });
      await world.local.waitForRequest(({ health }) => !health);
      const closing = world.broker.daemon.close();
      await world.clock.waitForTimer(graceMs);
      world.clock.skip(graceMs);
      const answer = await answering;
      assertStringIncludes(answer.error ?? "", "shutting down");
      assertEquals(answer.status, 503);
      assertEquals(await world.local.modelRequests[0].ended, "client_left");
      await closing;
    },
  );
}

stopTest("a new request is refused, on a kept connection too", {}, async (world, { client }) => {
  const resumed = gate();
  world.local.script({ kind: "stall_after", frames: 3, until: resumed.promise });
  const following = await world.follow(client);
  const { port } = new URL(world.broker.url);
  using kept = await RawClient.open(Number(port));
  await kept.send("/health");
  await kept.readUntil((text) => text.includes('"ok"'));
  const closing = world.broker.daemon.close();
  await world.clock.waitForTimer(graceMs);

  const late = await world.chat(client);
  assertEquals([late.status, late.error], [503, "The broker is shutting down"]);
  await kept.send(chatPaths[client], { model: "llama3.2", messages: [{ role: "user", content: "Hi" }] }).catch(
    () => {},
  );
  await kept.readUntil((text) => text.includes("shutting down"));
  assertMatch(kept.text, / 503 [^]*shutting down/);
  assertEquals(world.local.modelRequests.length, 1);
  kept.close();
  resumed.resolve();
  assertAnswered(await following.end(), { by: "local", attempts: "local:ok" });
  await closing;
});

for (const client of dialects) {
  Deno.test(`failure 21: a queued request and one in its backoff end with the grace (${client})`, async () => {
    await using world = await FailureWorld.start({
      alone: true,
      localConfig: { maxConcurrent: 1 },
      config: { route: { backoffMs: 80_000, queueMs: 200_000 } },
    });
    world.local.script({ kind: "status", status: 500 }, { kind: "silent" });
    const backingOff = world.chat(client);
    await world.clock.waitForTimer(40_000, 120_000);
    const silent = world.chat(client);
    await world.local.waitUntil("the second", () => world.local.modelRequests.length === 2);
    const queued = world.chat(client);
    await world.clock.waitForTimer(199_000, 200_000);
    const closing = world.broker.daemon.close();
    await world.clock.waitForTimer(graceMs);
    world.clock.skip(graceMs);
    for (const answer of await Promise.all([backingOff, silent, queued])) {
      assertEquals([answer.status, answer.error?.includes("shutting down")], [503, true], answer.text);
    }
    await closing;
    await assertStopped(world);
  });

  Deno.test(`failure 21: a reader that takes nothing does not hold it up (${client})`, async () => {
    await using server = new FloodServer(Infinity);
    await using world = await FailureWorld.start({ localUrl: () => server.url, alone: true });
    using reader = await RawClient.open(Number(new URL(world.broker.url).port));
    await reader.send(chatPaths[client], {
      model: "llama3.2",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    });
    await reader.readUntil((text) => text.includes("\r\n\r\n"));
    await server.waitUntilStuck();
    const closing = world.broker.daemon.close();
    await world.clock.waitForTimer(graceMs);
    world.clock.skip(graceMs);
    world.clock.skip(lastWordsMs);
    await closing;
    await server.waitUntilIdle();
    await assertStopped(world);
  });
}
