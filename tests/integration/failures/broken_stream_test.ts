import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Fault, gate } from "../../support/model_server.ts";
import { assertAnswered, assertBrokenOff } from "./answers.ts";
import { dialects, eachPairing, failureTest, pairings } from "./failure_world.ts";

/** What the first three frames say; the first of OpenAI's names the role only. */
const threeFrames = { ollama: "Hello from the", openai: "Hello from" };

const breaks: { fault: Fault; streamed: string; whole: string }[] = [
  { fault: { kind: "drop_after", frames: 3 }, streamed: "reset", whole: "incomplete" },
  { fault: { kind: "end_without_terminal", frames: 3 }, streamed: "incomplete", whole: "malformed" },
  { fault: { kind: "error_line_after", frames: 3 }, streamed: "backend_error", whole: "backend_error" },
];

for (const { fault, streamed, whole } of breaks) {
  eachPairing(`12: ${fault.kind} ends the stream with the dialect's error`, {}, async (world, { client, local }) => {
    world.local.script(fault);
    const answer = await world.chat(client);
    const words = assertBrokenOff(answer, { by: "local", begins: threeFrames[local] });
    if (streamed === "backend_error") assertStringIncludes(words, "Scripted error in the stream");
    // What was begun elsewhere is not begun anew.
    assertEquals(world.cloud.modelRequests.length, 0);
    assertEquals((await world.backend("local")).health, "up");
    const labels = `{dialect="${client}",operation="chat",backend="local",outcome="incomplete"}`;
    assertEquals((await world.metrics()).get(`requests_total${labels}`), 1);
    assertStringIncludes(world.broker.log.at(-1)!, `reason=${streamed}`);
  });

  eachPairing(`12: a whole answer with ${fault.kind} is asked of the next backend`, {}, async (world, { client }) => {
    world.local.script(fault);
    const answer = await world.chat(client, { stream: false });
    assertAnswered(answer, { by: "cloud", attempts: `local:${whole}, cloud:ok` });
  });
}

for (const client of dialects) {
  // The role, ten tokens and the finish: some servers leave out what follows.
  failureTest(
    `12: a finish_reason without [DONE] is a whole answer (${client})`,
    { local: "openai" },
    async (world) => {
      world.local.script({ kind: "end_without_terminal", frames: 12 });
      assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    },
  );
}

eachPairing("13: a stream that stalls and resumes is whole", {}, async (world, { client, local }) => {
  for (const kind of ["stall_after", "heartbeats_after"] as const) {
    const resumed = gate();
    world.local.script({ kind, frames: 3, until: resumed.promise });
    const following = await world.follow(client);
    await following.until(local === "openai" ? " from" : " the");
    world.clock.skip(100_000);
    resumed.resolve();
    assertAnswered(await following.end(), { by: "local", attempts: "local:ok" });
  }
});

const idleMs = 120_000;

eachPairing("13: a stream that stalls for longer ends with an error", {}, async (world, { client, local }) => {
  world.local.script({ kind: "stall_after", frames: 3, until: new Promise(() => {}) });
  const following = await world.follow(client);
  await following.until(local === "openai" ? " from" : " the");
  await world.clock.waitForTimer(idleMs);
  world.clock.skip(idleMs);
  const words = assertBrokenOff(await following.end(), { by: "local", begins: threeFrames[local] });
  assertStringIncludes(words, `sent nothing for ${idleMs} ms`);
  assertEquals(await world.local.modelRequests[0].ended, "client_left");
});

eachPairing("13: heartbeats without content keep no stream alive", {}, async (world, { client, local }) => {
  world.local.script({ kind: "heartbeats_after", frames: 3, until: new Promise(() => {}) });
  const following = await world.follow(client);
  await following.until(local === "openai" ? " from" : " the");
  world.clock.skip(idleMs / 2);
  // A heartbeat after that sets the timer anew, for what is left.
  await world.clock.waitForTimer(idleMs / 2 - 20_000, idleMs / 2);
  world.clock.skip(idleMs / 2);
  assertBrokenOff(await following.end(), { by: "local", begins: threeFrames[local] });
  assertEquals(await world.local.modelRequests[0].ended, "client_left");
});

const fourFrames = { ollama: "Hello from the local", openai: "Hello from the" };

eachPairing("16: a broken event ends a good stream with an error", {}, async (world, { client, local }) => {
  world.local.script({ kind: "broken_event_at", frame: 4 });
  const words = assertBrokenOff(await world.chat(client), { by: "local", begins: fourFrames[local] });
  assertStringIncludes(words, "sent a broken event");
  await world.local.waitForIdle();
  assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
});

for (const { client, local, label } of pairings) {
  failureTest(`16: a broken first event is another backend's turn (${label})`, { local }, async (world) => {
    world.local.script({ kind: "broken_event_at", frame: local === "openai" ? 1 : 0 });
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:malformed, cloud:ok" });
  });
}

for (const { client, local, label } of pairings) {
  failureTest(`12: three broken streams in a row eject the backend (${label})`, { local }, async (world) => {
    const breakOne = async () => {
      world.local.script({ kind: "drop_after", frames: 3 });
      assertBrokenOff(await world.chat(client), { by: "local", begins: threeFrames[local] });
    };
    await breakOne();
    await breakOne();
    assertEquals((await world.backend("local")).health, "up");
    await breakOne();
    assertEquals((await world.backend("local")).health, "ejected");
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });

    // Its one try breaks off too: the next pause is longer.
    world.clock.skip(5_000);
    await breakOne();
    world.clock.skip(9_000);
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
    world.clock.skip(1_000);
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });

    // A whole answer makes it forgotten.
    await breakOne();
    await breakOne();
    assertEquals((await world.backend("local")).health, "up");
  });
}
