import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gate, type ModelServer } from "../../support/model_server.ts";
import { assertAnswered } from "./answers.ts";
import { dialects, failureTest, type FailureWorld, pairings } from "./failure_world.ts";

const probeMs = 3_000;

/** Moves on until the server was asked for its health once more, and the answer was taken in. */
async function checkAgain(world: FailureWorld, server: ModelServer, afterMs: number): Promise<void> {
  const count = () => server.requests.filter(({ health }) => health).length;
  const before = count();
  world.clock.skip(afterMs);
  await server.waitUntil("a health check", () => count() > before);
  await world.clock.waitForTimerGone(probeMs);
  // One round trip later its result has been taken in.
  await world.broker.status();
}

const equals = { localConfig: { maxConcurrent: 100 }, cloudConfig: { maxConcurrent: 100, location: "local" } } as const;

for (const mode of ["local-first", "fastest"] as const) {
  for (const client of dialects) {
    const name = `9: a backend that fails at once draws no traffic for being idle (${mode}, ${client})`;
    failureTest(name, { ...equals, config: { route: { mode } } }, async (world) => {
      const open = gate();
      world.local.always = { kind: "status", status: 502 };
      world.cloud.always = { kind: "late_first_byte", until: open.promise };
      const answers: ReturnType<FailureWorld["chat"]>[] = [];
      for (let sent = 1; sent <= 12; sent++) {
        answers.push(world.chat(client));
        await world.cloud.waitUntil("the request", () => world.cloud.inFlight === sent);
      }
      // Three failures in a row eject it, however idle it is.
      assert(world.local.modelRequests.length <= 3, `It got ${world.local.modelRequests.length} requests`);
      open.resolve();
      for (const answer of await Promise.all(answers)) assertEquals([answer.status, answer.complete], [200, true]);
    });
  }
}

for (const { client, local, label } of pairings) {
  const frequent = { local, config: { health: { upIntervalMs: 10_000 } } };
  failureTest(`11: a health check that fails outweighs no answers that come (${label})`, frequent, async (world) => {
    world.local.onHealth = { kind: "status", status: 500 };
    for (let i = 0; i < 6; i++) {
      assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
      await checkAgain(world, world.local, 11_000);
    }
    const { health, routable, reason } = await world.backend("local");
    assertEquals([health, routable], ["up", true]);
    assertStringIncludes(reason ?? "", "Its health check fails");
    assertEquals((await world.broker.status()).state, "connected");
  });

  failureTest(`11: with nobody else a failing health check stops nobody (${label})`, {
    local,
    alone: true,
  }, async (world) => {
    world.local.onHealth = { kind: "status", status: 500 };
    for (let i = 0; i < 3; i++) await checkAgain(world, world.local, 11_000);
    assertEquals((await world.backend("local")).health, "down");
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    assertEquals((await world.backend("local")).health, "up");
  });

  const impatient = { local, config: { health: { upIntervalMs: 1_000 } } };
  failureTest(`11: health checks that pass excuse no requests that fail (${label})`, impatient, async (world) => {
    world.local.always = { kind: "status", status: 502 };
    for (let i = 0; i < 3; i++) {
      await checkAgain(world, world.local, 1_200);
      assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:http_502, cloud:ok" });
    }
    for (let i = 0; i < 3; i++) {
      await checkAgain(world, world.local, 1_200);
      const { health, routable } = await world.backend("local");
      assertEquals([health, routable], ["ejected", false]);
    }
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
  });
}
