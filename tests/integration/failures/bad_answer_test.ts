import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Fault } from "../../support/model_server.ts";
import { assertAnswered, assertRefused } from "./answers.ts";
import { dialects, everyPairing, failureTest, otherDialect, pairings } from "./failure_world.ts";

const once = { config: { route: { rounds: 1 } } };

const lies: { fault: Fault; reason: string }[] = [
  { fault: { kind: "first_event_error" }, reason: "backend_error" },
  { fault: { kind: "malformed_json" }, reason: "malformed" },
];

for (const { fault, reason } of lies) {
  everyPairing(`6: HTTP 200 with ${fault.kind} is no answer`, {}, async (world, { client, stream }) => {
    world.local.script(fault);
    assertAnswered(await world.chat(client, { stream }), { by: "cloud", attempts: `local:${reason}, cloud:ok` });
    assertEquals((await world.backend("local")).health, "up");
    assertAnswered(await world.chat(client, { stream }), { by: "local", attempts: "local:ok" });
  });

  everyPairing(`6: HTTP 200 with ${fault.kind} everywhere is a 502`, once, async (world, { client, stream }) => {
    world.local.script(fault);
    world.cloud.script(fault);
    const attempts = `local:${reason}, cloud:${reason}`;
    assertRefused(await world.chat(client, { stream }), { status: 502, attempts });
  });
}

for (const { client, local, label } of pairings) {
  failureTest(`6: a whole answer whose JSON is cut is no answer (${label})`, { local }, async (world) => {
    world.local.script({ kind: "whole_malformed" });
    const answer = await world.chat(client, { stream: false });
    assertAnswered(answer, { by: "cloud", attempts: "local:malformed, cloud:ok" });
  });

  failureTest(`6: an error as one JSON object where a stream was asked for (${label})`, { local }, async (world) => {
    const error = local === "openai" ? { message: "out of memory", type: "api_error" } : "out of memory";
    world.local.script({ kind: "status", status: 200, body: JSON.stringify({ error }) });
    assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:backend_error, cloud:ok" });
  });

  failureTest(`6: a web page with HTTP 200 is no answer (${label})`, { local }, async (world) => {
    const headers = { "Content-Type": "text/html" };
    for (const stream of [true, false]) {
      world.local.script({ kind: "status", status: 200, headers, body: "<!doctype html>\n<title>Log in</title>\n" });
      const answer = await world.chat(client, { stream });
      const reason = local === "openai" && stream ? "empty" : "malformed";
      assertAnswered(answer, { by: "cloud", attempts: `local:${reason}, cloud:ok` });
    }
  });
}

const secretive = { "X-Upstream": "leak", "Set-Cookie": "session=leak", "Server": "leak/1.0", "X-Request-Id": "leak" };

everyPairing("7: when the second fails too the status is a real one and both are named", once, async (world, asked) => {
  const { client, local, stream } = asked;
  const body = (words: string, dialect: string) =>
    JSON.stringify({ error: dialect === "openai" ? { message: words } : words });
  world.local.script({ kind: "status", status: 500, headers: secretive, body: body("disk is full", local) });
  const cloudBody = body("over capacity", otherDialect(local));
  world.cloud.script({ kind: "status", status: 503, headers: secretive, body: cloudBody });
  const answer = await world.chat(client, { stream });
  const words = assertRefused(answer, { status: 502, attempts: "local:http_500, cloud:http_503" });
  assertStringIncludes(words, "disk is full");
  assertStringIncludes(words, "over capacity");
  assert([...answer.headers].every(([, value]) => !value.includes("leak")), "A header of a failed attempt leaked");
});

everyPairing("7: no header of a failed attempt comes with the answer", {}, async (world, { client, stream }) => {
  world.local.script({ kind: "status", status: 500, headers: secretive });
  world.cloud.script({ kind: "headers", headers: Object.entries(secretive) });
  const answer = await world.chat(client, { stream });
  assertAnswered(answer, { by: "cloud", attempts: "local:http_500, cloud:ok" });
  assert([...answer.headers].every(([, value]) => !value.includes("leak")), JSON.stringify([...answer.headers]));
});

for (const { client, local, label } of pairings) {
  failureTest(
    `7: the first 400 is kept, in the dialect of the client (${label})`,
    { ...once, local },
    async (world) => {
      const own = local === "openai"
        ? { message: "no tools here", type: "x", param: "tools", code: "y" }
        : "no tools here";
      const body = JSON.stringify({ error: own });
      world.local.script({ kind: "status", status: 400, body });
      world.cloud.script({ kind: "status", status: 500 });
      const answer = await world.chat(client);
      assertEquals(assertRefused(answer, { status: 400, attempts: "local:http_400, cloud:http_500" }), "no tools here");
      // In the same dialect it comes as it is.
      if (client === local) assertEquals(answer.text, body);
    },
  );

  failureTest(`7: a second round comes after a pause, and only once (${label})`, {
    local,
    config: { route: { backoffMs: 5 } },
  }, async (world) => {
    world.local.script({ kind: "status", status: 502 }, { kind: "status", status: 502 });
    world.cloud.script({ kind: "status", status: 500 });
    const attempts = "local:http_502, cloud:http_500, local:http_502, cloud:ok";
    assertAnswered(await world.chat(client), { by: "cloud", attempts });
  });
}

const long = "Ünïcode 你好 🦙 ".repeat(50_000);

everyPairing(
  "8: the body arrives intact after half of it went elsewhere",
  {},
  async (world, { client, local, stream }) => {
    world.local.always = { kind: "read_half_body_then_close" };
    const fields = { messages: [{ role: "user", content: long }], "x-unknown": { kept: [1.0, "é"] } };
    const response = await world.open(client, { stream, fields });
    await response.body?.cancel();
    assertEquals([response.status, response.headers.get("x-broker-attempts")], [200, "local:reset, cloud:ok"]);
    const [request] = world.cloud.modelRequests;
    assertEquals((request.json.messages as { content: string }[])[0].content === long, true, "The prompt was changed");
    // Of a cloud's stream the broker wants the tokens; every other byte is the client's.
    const asked = client === "openai" && stream ? { stream_options: { include_usage: true } } : {};
    if (client === otherDialect(local)) {
      assertEquals(request.text === JSON.stringify({ ...asked, ...baseOf(stream), ...fields }), true);
    }
    world.local.always = undefined;
  },
);

const baseOf = (stream: boolean) => ({ model: "llama3.2", messages: [], stream });

for (const client of dialects) {
  const small = { config: { route: { replayBytes: 1_000 } } };
  failureTest(`8: a body too large to be kept is sent once (${client})`, small, async (world) => {
    world.local.always = { kind: "read_half_body_then_close" };
    const fields = { messages: [{ role: "user", content: long }] };
    assertRefused(await world.chat(client, { fields }), { status: 502, attempts: "local:reset" });
    assertEquals(world.cloud.modelRequests.length, 0);
  });
}
