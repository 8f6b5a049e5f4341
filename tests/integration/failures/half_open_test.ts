import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { gate } from "../../support/model_server.ts";
import { assertAnswered } from "./answers.ts";
import { dialects, eachPairing, failureTest, type FailureWorld } from "./failure_world.ts";

const ejectMs = 5_000;

/** Three failures in a row eject the local backend. */
async function eject(world: FailureWorld, client: "ollama" | "openai"): Promise<void> {
  world.local.always = { kind: "status", status: 502 };
  for (let i = 0; i < 3; i++) await world.chat(client);
  world.local.always = undefined;
  assertEquals((await world.backend("local")).health, "ejected");
}

/** Resolves when the local server has been sent this many model requests in all. */
const asked = (world: FailureWorld, count: number) =>
  world.local.waitUntil(`request ${count}`, () => world.local.modelRequests.length === count);

eachPairing("20: half open lets exactly one of ten requests through", {}, async (world, { client }) => {
  await eject(world, client);
  const open = gate();
  world.local.always = { kind: "late_first_byte", until: open.promise };
  world.clock.skip(ejectMs);
  const answers = Array.from({ length: 10 }, () => world.chat(client));
  await world.cloud.waitUntil("the others", () => world.cloud.modelRequests.length === 3 + 9);
  await world.until(({ inFlight }) => inFlight === 1);
  assertEquals(world.local.modelRequests.length, 4);
  const local = await world.backend("local");
  assertEquals([local.health, local.routable], ["ejected", false]);
  assertStringIncludes(local.reason ?? "", "one request is trying it again");

  open.resolve();
  const by = (await Promise.all(answers)).map((answer) => {
    const backend = answer.headers.get("x-broker-backend")!;
    assertAnswered(answer, { by: backend, attempts: `${backend}:ok` });
    return backend;
  });
  assertEquals(by.filter((backend) => backend === "local").length, 1);
  assertEquals((await world.backend("local")).health, "up");
  assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
});

for (const client of dialects) {
  failureTest(`20: a probe that fails ejects for twice as long (${client})`, {}, async (world) => {
    await eject(world, client);
    world.local.script({ kind: "status", status: 502 });
    world.clock.skip(ejectMs);
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:http_502, cloud:ok" });
    world.clock.skip(2 * ejectMs - 1_000);
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
    world.clock.skip(1_000);
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
  });

  failureTest(`20: a probe whose client leaves is free for the next (${client})`, {}, async (world) => {
    await eject(world, client);
    world.clock.skip(ejectMs);
    world.local.script({ kind: "silent" });
    const abort = new AbortController();
    const probe = world.open(client, { signal: abort.signal });
    await asked(world, 4);
    abort.abort();
    await assertRejects(() => probe);
    await world.until(({ inFlight }) => inFlight === 0);
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    assertEquals((await world.backend("local")).health, "up");
  });

  failureTest(`20: a success from before the ejection ends it not (${client})`, {}, async (world) => {
    const open = gate();
    world.local.script({ kind: "late_first_byte", until: open.promise });
    const stale = world.chat(client);
    await asked(world, 1);
    await eject(world, client);
    open.resolve();
    assertAnswered(await stale, { by: "local", attempts: "local:ok" });
    assertEquals((await world.backend("local")).health, "ejected");
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
  });

  for (const outcome of ["fails", "succeeds"] as const) {
    failureTest(`20: a stale request that ${outcome} changes no probe (${client})`, {}, async (world) => {
      const [staleMay, probeMay] = [gate(), gate()];
      const ending = outcome === "fails" ? [{ kind: "status", status: 502 } as const] : [];
      world.local.script([...ending, { kind: "late_first_byte", until: staleMay.promise }]);
      const stale = world.chat(client);
      await asked(world, 1);
      await eject(world, client);
      world.clock.skip(ejectMs);
      world.local.script({ kind: "late_first_byte", until: probeMay.promise });
      const probe = world.chat(client);
      await asked(world, 5);

      staleMay.resolve();
      const by = outcome === "fails" ? "cloud" : "local";
      assertAnswered(await stale, { by, attempts: outcome === "fails" ? "local:http_502, cloud:ok" : "local:ok" });
      assertStringIncludes((await world.backend("local")).reason ?? "", "one request is trying it again");
      assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });

      probeMay.resolve();
      assertAnswered(await probe, { by: "local", attempts: "local:ok" });
      assertEquals((await world.backend("local")).health, "up");
    });
  }

  const hurried = { config: { route: { backoffMs: 1 } } };
  failureTest(`20: with everything ejected the best one is asked all the same (${client})`, hurried, async (world) => {
    world.cloud.always = { kind: "status", status: 502 };
    await eject(world, client);
    assertEquals((await world.broker.status()).state, "down");
    assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
  });
}
