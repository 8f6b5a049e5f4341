import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertAnswered, assertRefused } from "./answers.ts";
import { dialects, everyPairing, failureTest, type FailureWorld } from "./failure_world.ts";

const once = { config: { route: { rounds: 1 } } };

const pauses = [
  { name: "as seconds", headers: () => ({ "Retry-After": "30" }), atLeastMs: 29_000, atMostMs: 30_000 },
  {
    name: "as a date",
    // A date has no fractions of a second.
    headers: () => ({ "Retry-After": new Date(Date.now() + 30_000).toUTCString() }),
    atLeastMs: 28_000,
    atMostMs: 30_000,
  },
  { name: "absent", headers: () => ({}), atLeastMs: 4_000, atMostMs: 5_000 },
];

for (const { name, headers, atLeastMs, atMostMs } of pauses) {
  everyPairing(`4: 429 with Retry-After ${name} rests the backend so long`, {}, async (world, { client, stream }) => {
    world.local.script({ kind: "status", status: 429, headers: headers() });
    assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "local:http_429, cloud:ok" });
    const local = await world.backend("local");
    assertEquals([local.health, local.routable], ["ejected", false]);
    assertStringIncludes(local.reason ?? "", "limits the number of requests");
    world.clock.skip(atLeastMs);
    assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "cloud:ok" });
    world.clock.skip(atMostMs - atLeastMs);
    assertAnswered(await world.chat(client, { stream }), { by: "local", attempts: "local:ok" });
    assertEquals((await world.backend("local")).reason, null);
  });
}

for (const client of dialects) {
  failureTest(`4: 429 everywhere is a 429 with the shortest pause (${client})`, {}, async (world) => {
    world.local.always = { kind: "status", status: 429, headers: { "Retry-After": "90" } };
    world.cloud.always = { kind: "status", status: 429, headers: { "Retry-After": "20" } };
    const answer = await world.chat(client);
    assertRefused(answer, { status: 429, attempts: "local:http_429, cloud:http_429" });
    assertEquals(answer.headers.get("retry-after"), "20");

    const before = [world.local, world.cloud].map((server) => server.modelRequests.length);
    const next = await world.chat(client);
    assertEquals([next.status, next.headers.get("retry-after")], [429, "20"]);
    assertStringIncludes(next.error ?? "", "Every backend asked to be left alone");
    assertEquals([world.local, world.cloud].map((server) => server.modelRequests.length), before);
  });
}

everyPairing("5: 401 is a wrong configuration and no outage", {}, async (world, { client, stream }) => {
  world.local.script({ kind: "status", status: 401 });
  assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "local:http_401, cloud:ok" });
  const local = await world.backend("local");
  assertEquals([local.health, local.routable], ["misconfigured", false]);
  assertStringIncludes(local.reason ?? "", "refuses the token");
  assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "cloud:ok" });
  world.clock.skip(60_000);
  assertAnswered(await world.chat(client, { stream }), { by: "local", attempts: "local:ok" });
  assertEquals((await world.backend("local")).health, "up");
});

everyPairing("5: 403 leaves that model alone and no other", {}, async (world, { client, stream }) => {
  world.local.script({ kind: "status", status: 403 });
  assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "local:http_403, cloud:ok" });
  const local = await world.backend("local");
  assertEquals([local.health, local.routable], ["up", true]);
  assertStringIncludes(local.reason ?? "", "llama3.2");
  assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "cloud:ok" });
  const other = await world.chat(client, { stream, fields: { model: "plain" } });
  assertAnswered(other, { by: "local", attempts: "local:ok" });
});

for (const client of dialects) {
  const wrongToken = { localToken: "right", localConfig: { secret: "local" } };
  failureTest(`5: a wrong token is known from the health check (${client})`, {
    ...wrongToken,
    env: { CLOUDTOLOCALLLM_SECRET_LOCAL: "wrong" },
  }, async (world) => {
    assertEquals((await world.backend("local")).health, "misconfigured");
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
  });

  failureTest(`5: a token that is not set is known without asking (${client})`, wrongToken, async (world) => {
    const { health, reason } = await world.backend("local");
    assertEquals([health, world.local.requests.length], ["misconfigured", 0]);
    assertStringIncludes(reason ?? "", "secret set local");
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "cloud:ok" });
  });

  for (const status of [401, 403] as const) {
    failureTest(
      `5: ${status} with nobody else is never told as the client's (${client})`,
      { alone: true },
      async (world) => {
        world.local.always = { kind: "status", status };
        assertRefused(await world.chat(client), { status: 502, attempts: `local:http_${status}` });
      },
    );
  }
}

async function failThreeTimes(world: FailureWorld, status: number, ask: () => Promise<unknown>): Promise<void> {
  world.local.script(...Array.from({ length: 3 }, () => ({ kind: "status", status }) as const));
  for (let i = 0; i < 3; i++) await ask();
  assertEquals(world.local.scripted, 0);
}

for (const status of [502, 503, 507]) {
  everyPairing(`5: ${status} in a row ejects the backend`, {}, async (world, { client, stream }) => {
    await failThreeTimes(world, status, async () => {
      assertEquals((await world.backend("local")).health, "up");
      const attempts = `local:http_${status}, cloud:ok`;
      assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts });
    });
    const local = await world.backend("local");
    assertEquals([local.health, local.routable], ["ejected", false]);
    assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "cloud:ok" });
    world.clock.skip(5_000);
    assertAnswered(await world.chat(client, { stream }), { by: "local", attempts: "local:ok" });
    assertEquals((await world.backend("local")).health, "up");
  });
}

everyPairing("5: 500 in a row ejects the model", {}, async (world, { client, stream }) => {
  await failThreeTimes(world, 500, async () => {
    assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "local:http_500, cloud:ok" });
  });
  const local = await world.backend("local");
  assertEquals([local.health, local.routable], ["up", true]);
  assertStringIncludes(local.reason ?? "", "llama3.2");
  assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: "cloud:ok" });
  const other = await world.chat(client, { stream, fields: { model: "plain" } });
  assertAnswered(other, { by: "local", attempts: "local:ok" });
});

for (const client of dialects) {
  failureTest(`5: failures with successes between them eject nothing (${client})`, {}, async (world) => {
    for (let i = 0; i < 6; i++) {
      world.local.script({ kind: "status", status: 502 });
      assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:http_502, cloud:ok" });
      assertAnswered(await world.chat(client), { by: "local", attempts: "local:ok" });
    }
  });

  failureTest(`5: 503 with Retry-After is a pause, everywhere is a 503 (${client})`, once, async (world) => {
    for (const server of [world.local, world.cloud]) {
      server.always = { kind: "status", status: 503, headers: { "Retry-After": "9" } };
    }
    const answer = await world.chat(client);
    assertRefused(answer, { status: 503, attempts: "local:http_503, cloud:http_503" });
    assertEquals(answer.headers.get("retry-after"), "9");
    const { backends } = await world.broker.status();
    assert(backends.every(({ health, reason }) => health === "ejected" && reason?.includes("left alone for 9 s")));
  });
}
