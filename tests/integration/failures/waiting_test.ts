import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Fault, gate, type ModelServer } from "../../support/model_server.ts";
import { assertAnswered, assertRefused } from "./answers.ts";
import { dialects, everyPairing, failureTest } from "./failure_world.ts";

const suspectAfterMs = 2_000;
const probeMs = 3_000;
const limitMs = 60_000;
/** The limit alone decides: a backend whose health answers is never suspected for longer than that. */
const limited = { localConfig: { timeouts: { firstByteMs: limitMs, answerMs: limitMs, probeMs } } };

/** Resolves when the server is at work on its one model request. */
const atWork = (server: ModelServer) => server.waitForRequest(({ health }) => !health);

everyPairing(
  "2: silence without a sign of health is given up and aborted",
  limited,
  async (world, { client, stream }) => {
    world.local.always = world.local.onHealth = { kind: "silent" };
    const answering = world.chat(client, { stream });
    const request = await atWork(world.local);
    world.clock.skip(suspectAfterMs);
    world.clock.skip(probeMs);
    assertAnswered(await answering, { by: "cloud", attempts: "local:unresponsive, cloud:ok" });
    assertEquals(await request.ended, "client_left");
    const local = await world.backend("local");
    assertEquals([local.health, local.routable], ["down", false]);
    assertStringIncludes(local.reason ?? "", "accepts connections but does not answer");
  },
);

everyPairing("2: the first-byte timeout fires although no byte comes", limited, async (world, { client, stream }) => {
  world.local.always = { kind: "silent" };
  const answering = world.chat(client, { stream });
  const request = await atWork(world.local);
  world.clock.skip(limitMs);
  assertAnswered(await answering, { by: "cloud", attempts: "local:first_byte_timeout, cloud:ok" });
  assertEquals(await request.ended, "client_left");
  assertEquals((await world.backend("local")).health, "up");
});

for (const client of dialects) {
  const impatient = { ...limited, cloudConfig: limited.localConfig, config: { route: { rounds: 1 } } };
  failureTest(`2: silence everywhere is a 504 (${client})`, impatient, async (world) => {
    for (const server of [world.local, world.cloud]) server.always = server.onHealth = { kind: "silent" };
    const answering = world.chat(client);
    for (const server of [world.local, world.cloud]) {
      await atWork(server);
      world.clock.skip(suspectAfterMs);
      world.clock.skip(probeMs);
    }
    const attempts = "local:unresponsive, cloud:unresponsive";
    assertStringIncludes(assertRefused(await answering, { status: 504, attempts }), "no sign of health");
    assertEquals((await world.broker.status()).state, "down");
  });
}

const mute: Fault[] = [{ kind: "headers_then_silence" }, { kind: "comments_only" }];

for (const fault of mute) {
  everyPairing(`3: ${fault.kind} is no first byte`, limited, async (world, { client, stream }) => {
    world.local.always = fault;
    const answering = world.chat(client, { stream });
    const request = await atWork(world.local);
    world.clock.skip(limitMs);
    assertAnswered(await answering, { by: "cloud", attempts: "local:first_byte_timeout, cloud:ok" });
    assertEquals(await request.ended, "client_left");
  });
}

everyPairing("3: an empty body is no answer", {}, async (world, { client, stream }) => {
  world.local.script({ kind: "empty_body" });
  assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "local:empty, cloud:ok" });
  assertEquals((await world.backend("local")).health, "up");
  assertAnswered(await world.chat(client, { stream }), { by: "local", attempts: "local:ok" });
});

for (const client of dialects) {
  failureTest(`3: [DONE] before any answer is no answer (${client})`, { local: "openai" }, async (world) => {
    world.local.script({ kind: "done_first" });
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:empty, cloud:ok" });
  });

  // Ollama's final object is an answer of its own, be it of no tokens.
  failureTest(`3: done:true at once is a whole answer without a word (${client})`, {}, async (world) => {
    world.local.script({ kind: "done_first" });
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok", content: "" });
  });
}

everyPairing("10: a model that loads for minutes is waited for", {}, async (world, { client, stream }) => {
  const loaded = gate();
  world.local.script({ kind: "late_first_byte", until: loaded.promise });
  const answering = world.chat(client, { stream });
  await atWork(world.local);
  // Its health is asked with growing pauses, four minutes in all.
  for (let ms = suspectAfterMs, waitedMs = 0; waitedMs < 240_000; ms = Math.min(15_000, ms * 2)) {
    await world.clock.waitForTimer(ms);
    world.clock.skip(ms);
    waitedMs += ms;
  }
  loaded.resolve();
  assertAnswered(await answering, { by: "local", attempts: "local:ok" });
  assertEquals(world.cloud.modelRequests.length, 0);
  const local = await world.backend("local");
  assertEquals([local.health, local.reason], ["up", null]);
});

everyPairing("10: a server that dies while it loads is given up at once", {}, async (world, { client, stream }) => {
  world.local.script({ kind: "silent" });
  const answering = world.chat(client, { stream });
  await atWork(world.local);
  await world.clock.waitForTimer(suspectAfterMs);
  world.clock.skip(suspectAfterMs);
  await world.clock.waitForTimer(2 * suspectAfterMs);
  world.local.onHealth = { kind: "reset" };
  world.clock.skip(2 * suspectAfterMs);
  assertAnswered(await answering, { by: "cloud", attempts: "local:unresponsive, cloud:ok" });
});
