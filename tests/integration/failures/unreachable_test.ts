import { assertEquals, assertMatch } from "@std/assert";
import { blackhole, type Fault, refusedPort } from "../../support/model_server.ts";
import { assertAnswered, assertRefused } from "./answers.ts";
import { dialects, everyPairing, failureTest, FailureWorld } from "./failure_world.ts";

/** A label of 64 characters cannot be a DNS name: looking it up fails on this machine already. */
const unresolvable = `http://${"a".repeat(64)}.localhost:81`;
/** TCP to a broadcast address is refused by the kernel's routing (ENETUNREACH), here on the loopback network. */
const unreachable = "http://127.255.255.255:81";

everyPairing("1: a refused connection is answered for by the next backend", {}, async (world, { client, stream }) => {
  await world.local.stop();
  const answer = await world.chat(client, { stream });
  assertAnswered(answer, { by: "cloud", attempts: "local:connect_refused, cloud:ok" });
  const { backends: [local], state, failovers } = await world.broker.status();
  assertEquals([local.routable, local.health, state], [false, "down", "degraded"]);
  assertMatch(local.reason ?? "", /is not running on|127\.0\.0\.1/);
  assertEquals([failovers[0].from, failovers[0].to, failovers[0].reason], ["local", "cloud", "connect_refused"]);
});

const cutBeforeHead: Fault[] = [{ kind: "reset" }, { kind: "close_on_accept" }];

for (const fault of cutBeforeHead) {
  const name = `1: a connection that ends by ${fault.kind} is answered for by the next backend`;
  everyPairing(name, {}, async (world, { client, stream }) => {
    // Always, for `fetch` itself sends again what a kept connection did not answer.
    world.local.always = fault;
    assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "local:reset, cloud:ok" });
    world.local.always = undefined;
    // Once is no outage.
    assertEquals((await world.backend("local")).health, "up");
    assertAnswered(await world.chat(client, { stream }), { by: "local", attempts: "local:ok" });
  });
}

const deadEnds = {
  connect_refused: () => `http://127.0.0.1:${refusedPort()}`,
  dns: () => unresolvable,
  unreachable: () => unreachable,
  tls: (url: string) => url.replace("http:", "https:"),
} as const;

for (const client of dialects) {
  failureTest(`1: a server that does not speak HTTP is answered for by the next (${client})`, {}, async (world) => {
    world.local.script({ kind: "raw", bytes: "SSH-2.0-OpenSSH_9.9\r\n" });
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:malformed, cloud:ok" });
  });

  for (const [reason, localUrl] of Object.entries(deadEnds)) {
    failureTest(
      `1: ${reason} is known from the health check, no request tries it (${client})`,
      { localUrl },
      async (world) => {
        const local = await world.backend("local");
        assertEquals([local.health, local.routable], ["down", false]);
        assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
      },
    );

    const alone = { localUrl, alone: true, config: { route: { backoffMs: 1 } } };
    failureTest(`1: ${reason} with nobody else is a 502 that names it (${client})`, alone, async (world) => {
      const attempts = `local:${reason}, local:${reason}`;
      const words = assertRefused(await world.chat(client), { status: 502, attempts });
      assertMatch(words, /^No backend could answer for model "llama3.2": local: /);
      assertEquals((await world.broker.status()).state, "down");
    });
  }
}

for (const client of dialects) {
  Deno.test(`failure 1: an address that takes no connections is given up when its health is asked (${client})`, async () => {
    using hole = await blackhole();
    await using world = await FailureWorld.start({
      localUrl: () => hole.url,
      localConfig: { timeouts: { probeMs: 100 } },
      config: { route: { suspectAfterMs: 2_345, rounds: 1 } },
    });
    const answering = world.chat(client, { headers: { "x-broker-backend": "local" } });
    await world.clock.waitForTimer(2_345);
    world.clock.skip(2_345);
    world.clock.skip(100);
    assertRefused(await answering, { status: 504, attempts: "local:unresponsive" });
    await world.assertAtRest();
  });
}
