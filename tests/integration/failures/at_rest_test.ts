import { assertEquals, assertRejects } from "@std/assert";
import { assertAnswered, assertBrokenOff, assertRefused } from "./answers.ts";
import { chatPaths, dialects, failureTest, type FailureWorld } from "./failure_world.ts";

type Client = "ollama" | "openai";

/** Every way in which a request can end. */
const paths: Record<string, (world: FailureWorld, client: Client) => Promise<void>> = {
  async "a complete stream"(world, client) {
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
  },
  async "a whole answer"(world, client) {
    assertAnswered(await world.chat(client, { stream: false }), { by: "local", attempts: "local:ok" });
  },
  async "a failover"(world, client) {
    world.local.script({ kind: "status", status: 500 });
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:http_500, cloud:ok" });
  },
  async "a broken stream"(world, client) {
    world.local.script({ kind: "drop_after", frames: 3 });
    assertBrokenOff(await world.chat(client), { by: "local", begins: "Hello from the" });
  },
  async "no answer at all"(world, client) {
    world.local.script({ kind: "empty_body" });
    world.cloud.script({ kind: "malformed_json" });
    assertRefused(await world.chat(client), { status: 502, attempts: "local:empty, cloud:malformed" });
  },
  async "the client's own fault"(world, client) {
    const answer = await world.chat(client, { fields: { model: "nobody-has-it" } });
    assertRefused(answer, { status: 404, attempts: "local:http_404" });
  },
  async "a request that is no JSON"(world, client) {
    const response = await fetch(world.broker.url + chatPaths[client], { method: "POST", body: "{" });
    assertEquals([response.status, typeof (await response.json()).error], [
      400,
      client === "ollama" ? "string" : "object",
    ]);
  },
  async "a backend that nobody knows"(world, client) {
    const answer = await world.chat(client, { headers: { "x-broker-backend": "unknown" } });
    assertEquals([answer.status >= 400 && answer.status < 600, answer.error !== undefined], [true, true]);
  },
  async "a client that leaves while it waits"(world, client) {
    world.local.script({ kind: "silent" });
    const before = world.local.modelRequests.length;
    const abort = new AbortController();
    const opening = world.open(client, { signal: abort.signal });
    await world.local.waitUntil("the request", () => world.local.modelRequests.length > before);
    abort.abort();
    await assertRejects(() => opening);
  },
  async "a client that leaves a stream"(world, client) {
    world.local.script({ kind: "stall_after", frames: 3, until: new Promise(() => {}) });
    const response = await world.open(client);
    await response.body!.cancel();
  },
};

const once = { config: { route: { rounds: 1 } } };

for (const client of dialects) {
  for (const [name, run] of Object.entries(paths)) {
    failureTest(`19: nothing is left of ${name} (${client})`, once, (world) => run(world, client));
  }

  failureTest(`19: nothing is left of two hundred requests of every kind at once (${client})`, once, async (world) => {
    const faults = [
      { kind: "none" },
      { kind: "status", status: 500 },
      { kind: "drop_after", frames: 3 },
      { kind: "end_without_terminal", frames: 2 },
      { kind: "first_event_error" },
      { kind: "malformed_json" },
      { kind: "close_on_accept" },
      { kind: "reset" },
    ] as const;
    for (let i = 0; i < 200; i++) {
      world.local.script(faults[i % faults.length]);
      world.cloud.script(faults[(i * 3 + 1) % faults.length]);
    }
    await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      if (i % 5 === 0) {
        const abort = new AbortController();
        const leaving = world.open(client, { signal: abort.signal }).then((response) => response.body?.cancel());
        abort.abort();
        return await leaving.catch(() => {});
      }
      const answer = await world.chat(client, { stream: i % 2 === 0 });
      // Either an answer or an error, and never both.
      assertEquals(answer.complete, answer.error === undefined, answer.text);
    }));
    await world.assertAtRest();
    const counted = [...await world.metrics()].filter(([name]) => name.startsWith("requests_total"));
    const seen = counted.reduce((sum, [, count]) => sum + count, 0);
    // A client that leaves at once may never have been one.
    assertEquals(seen >= 160 && seen <= 200, true, JSON.stringify(counted));
  });
}
