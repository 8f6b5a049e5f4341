import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../../support/raw_client.ts";
import { assertAnswered, prompt, readAnswer } from "./answers.ts";
import { chatPaths, dialects, eachPairing, failureTest, type FailureWorld } from "./failure_world.ts";

const portOf = (world: FailureWorld) => Number(new URL(world.broker.url).port);

/** Connections that are open at once, all closed in the end. */
async function manyClients(world: FailureWorld, count: number): Promise<RawClient[] & Disposable> {
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.open(portOf(world))));
  return Object.assign(clients, { [Symbol.dispose]: () => clients.forEach((client) => client.close()) });
}

const head = (client: "ollama" | "openai", length: string) =>
  `POST ${chatPaths[client]} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
const lengthOf = (text: string) => `Content-Length: ${new TextEncoder().encode(text).length}`;
const question = JSON.stringify({ model: "llama3.2", messages: [{ role: "user", content: prompt }], stream: false });

for (const client of dialects) {
  failureTest(`23: a thousand idle connections are in nobody's way (${client})`, {}, async (world) => {
    using idle = await manyClients(world, 1_000);
    assertEquals(idle.length, 1_000);
    for (let i = 0; i < 5; i++) assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    // The last of them is a connection like any other.
    await idle[999].send("/health");
    assertStringIncludes(await idle[999].readUntil((text) => text.includes("}")), '"status":"ok"');
  });

  failureTest(`23: headers that never end hold up nobody else (${client})`, {}, async (world) => {
    using slow = await manyClients(world, 100);
    for (const one of slow) await one.write(`POST ${chatPaths[client]} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: `);
    for (let i = 0; i < 20; i++) assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    assertEquals((await world.broker.status()).inFlight, 0);
    // Who gets to the end after all is answered.
    await slow[0].write(`no\r\n${lengthOf(question)}\r\n\r\n${question}`);
    assertStringIncludes(await slow[0].readUntil((text) => text.includes(prompt)), "x-broker-backend: local");
  });

  failureTest(`23: a body that comes slowly holds up nobody else (${client})`, {}, async (world) => {
    using slow = await RawClient.open(portOf(world));
    await slow.write(head(client, lengthOf(question)) + question.slice(0, 20));
    await world.until(({ inFlight }) => inFlight === 1);
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    assertEquals(world.local.modelRequests.length, 1);
    await slow.write(question.slice(20));
    assertStringIncludes(await slow.readUntil((text) => text.includes(prompt)), "x-broker-backend: local");
  });

  failureTest(`23: a body shorter than announced reaches no backend (${client})`, {}, async (world) => {
    using short = await RawClient.open(portOf(world));
    await short.write(head(client, lengthOf(question + "more")) + question);
    await world.until(({ inFlight }) => inFlight === 1);
    short.close();
    await world.until(({ inFlight }) => inFlight === 0);
    assertEquals([world.local.modelRequests.length, world.cloud.modelRequests.length], [0, 0]);
  });

  failureTest(`23: a body longer than announced is not taken for a question (${client})`, {}, async (world) => {
    using long = await RawClient.open(portOf(world));
    await long.write(head(client, lengthOf(question.slice(0, -9))) + question + "\r\n\r\n");
    const text = await long.readToEnd();
    assertMatch(text, /^HTTP\/1\.1 400 [^]*its body is not JSON/);
    assertEquals(text.match(/HTTP\/1\.1 400/g)?.length, 2, "What is left over is no request either");
    assertEquals([long.end, world.local.modelRequests.length], ["fin", 0]);
  });

  failureTest(`23: a body in broken chunks reaches no backend (${client})`, {}, async (world) => {
    using broken = await RawClient.open(portOf(world));
    await broken.write(head(client, "Transfer-Encoding: chunked") + `5\r\n{"mod\r\nzz\r\n`);
    await broken.readToEnd();
    await world.until(({ inFlight }) => inFlight === 0);
    assertEquals(world.local.modelRequests.length, 0);
  });

  const narrow = { config: { listen: { maxBodyBytes: 1_048_576 } } };
  failureTest(`23: an announced 100 MB is refused before any of it comes (${client})`, narrow, async (world) => {
    using huge = await RawClient.open(portOf(world));
    await huge.write(head(client, `Content-Length: ${100 * 1_048_576}`));
    const text = await huge.readUntil((text) => text.includes("maxBodyBytes"));
    assertMatch(text, /^HTTP\/1\.1 413 /);
    const error = JSON.parse(huge.body).error;
    assertStringIncludes(client === "openai" ? error.message : error, "larger than 1048576 bytes");
    if (client === "openai") assertEquals(Object.keys(error).sort(), ["code", "message", "param", "type"]);
    assertEquals((await world.broker.status()).inFlight, 0);
  });

  failureTest(`23: a body without a length is refused where it grows too large (${client})`, narrow, async (world) => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(65_536).fill(32));
        if (sent === 1_600) controller.close();
      },
    });
    const init = { method: "POST", body };
    const answer = await readAnswer(client, await fetch(world.broker.url + chatPaths[client], init));
    assertEquals(answer.status, 413);
    assertStringIncludes(answer.error ?? "", "larger than 1048576 bytes");
  });

  failureTest(`23: a body of 100 MB within the limit arrives whole (${client})`, { local: client }, async (world) => {
    const padding = "x".repeat(100 * 1_048_576);
    const answer = await world.chat(client, { fields: { padding } });
    assertAnswered(answer, { by: "local", attempts: "local:ok" });
    assert(world.local.modelRequests[0].json.padding === padding, "The body was changed");
  });
}

eachPairing("23: a whole answer shorter or longer than announced is no answer", {}, async (world, { client }) => {
  world.local.script({ kind: "wrong_length", announced: "longer" }, { kind: "wrong_length", announced: "shorter" });
  for (const reason of ["incomplete", "malformed"]) {
    const answer = await world.chat(client, { stream: false });
    assertAnswered(answer, { by: "cloud", attempts: `local:${reason}, cloud:ok` });
  }
});

eachPairing("23: a stream shorter than announced is judged by its end mark", {}, async (world, { client }) => {
  world.local.script({ kind: "wrong_length", announced: "longer" });
  assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
});

eachPairing(
  "23: a stream longer than announced, so that its end is cut off, ends with an error",
  {},
  async (world, { client }) => {
    world.local.script({ kind: "wrong_length", announced: "shorter" });
    const answer = await world.chat(client);
    assertStringIncludes(answer.error ?? "", "not complete");
    assertEquals(/"done":true|\[DONE\]/.test(answer.text), false);
  },
);
