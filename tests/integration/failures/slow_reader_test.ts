import { assert, assertEquals } from "@std/assert";
import type { Dialect } from "../../../src/core/types.ts";
import { RawClient } from "../../support/raw_client.ts";
import { FloodServer, lineCharacters } from "./flood_server.ts";
import { chatPaths, dialects, FailureWorld, type WorldOptions } from "./failure_world.ts";

/** Two sockets' buffers at Linux's largest, sender and receiver each, and ample room for the programs' own. */
const boundedLines = 64 * 1_048_576 / lineCharacters;
const hourMs = 3_600_000;

interface Flood extends AsyncDisposable {
  world: FailureWorld;
  server: FloodServer;
  client: RawClient;
}

/** A client that has sent its request, read the head of the answer and then reads no more. */
async function stuckFlood(dialect: Dialect, lines: number, localConfig?: WorldOptions["localConfig"]): Promise<Flood> {
  const cleanup = new AsyncDisposableStack();
  const server = cleanup.use(new FloodServer(lines));
  const world = cleanup.use(await FailureWorld.start({ localUrl: () => server.url, alone: true, localConfig }));
  const client = cleanup.use(await RawClient.open(Number(new URL(world.broker.url).port)));
  const body = { model: "llama3.2", messages: [{ role: "user", content: "Write" }], stream: true };
  await client.send(chatPaths[dialect], body, { connection: "close" });
  await client.readUntil((text) => text.includes("\r\n\r\n"));
  await server.waitUntilStuck();
  return { world, server, client, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
}

for (const dialect of dialects) {
  Deno.test(`failure 18: a slow reader holds the backend back, and its leaving ends the wait (${dialect})`, async () => {
    await using flood = await stuckFlood(dialect, Infinity);
    const { world, server, client } = flood;
    assert(server.made < boundedLines, `${server.made} lines were made for a client that reads nothing`);
    assertEquals((await world.broker.status()).inFlight, 1);
    client.close();
    await server.waitUntilIdle();
    await world.assertAtRest();
  });

  Deno.test(`failure 18: a reader that is slow for an hour gets everything (${dialect})`, async () => {
    const lines = 2 * boundedLines;
    await using flood = await stuckFlood(dialect, lines);
    const { world, server, client } = flood;
    assert(server.made < lines, "The answer went into buffers whole; the test needs a longer one");
    // Nothing was asked of the backend in the meantime: it did not stall.
    world.clock.skip(hourMs);
    const { bytes, tail } = await client.drain();
    assert(bytes > lines * lineCharacters, `Only ${bytes} bytes came`);
    assert(tail.includes(dialect === "ollama" ? '"done":true' : "[DONE]"), tail);
    await world.assertAtRest();
  });

  Deno.test(`failure 18: a client that reads nothing does not keep others from a full backend for ever (${dialect})`, async () => {
    await using flood = await stuckFlood(dialect, Infinity, { maxConcurrent: 1 });
    const { world, server } = flood;
    world.clock.skip(hourMs);
    await server.waitUntilIdle();
    await world.until(({ inFlight }) => inFlight === 0);
  });
}
