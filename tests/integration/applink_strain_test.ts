import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type BackendInput, BrokerFixture, type BrokerFixtureOptions } from "../support/broker_fixture.ts";
import { inTime } from "../support/in_time.ts";
import { ModelServer } from "../support/model_server.ts";
import { type Line, OldApp } from "../support/old_app.ts";

const never = new Promise<never>(() => {});
const chat = { model: "llama3.2", messages: [{ role: "user", content: "Hi" }] };
const proxied = { method: "POST", path: "/api/chat", data: chat };

interface World {
  local: ModelServer;
  broker: BrokerFixture;
  connect: () => Promise<OldApp>;
}

/** A daemon with one model server, that is checked. */
async function world(body: (world: World) => Promise<void>, options: BrokerFixtureOptions = {}): Promise<void> {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await BrokerFixture.start({
    log: { level: "debug" },
    backends: [{ id: "local", kind: "ollama", url: local.url, location: "local" }],
  }, { appLink: true, ...options });
  await broker.waitUntilChecked();
  await body({ local, broker, connect: () => OldApp.find(broker.portFile) });
}

// deno-lint-ignore no-explicit-any -- answers are looked at as they are
const at = (line: Line): any => line;

Deno.test("lines come in any pieces: byte by byte, through characters, with CRLF and blank lines between", async () => {
  await world(async ({ broker, connect }) => {
    using app = await connect();
    const text = '\r\n\n  \n{"command":"UPDATE_TOOLTIP","text":"grün 🙂"}\r\n\r\n{"command":"PING","id":"é"}\n';
    for (const byte of new TextEncoder().encode(text)) await app.write(new Uint8Array([byte]));
    assertEquals(await app.answer(), { id: "é", status: "pong" });
    await broker.waitFor(({ app }) => app?.tooltip === "grün 🙂");
    await app.write('{"command":"PING"}\n{"command":"PING","id":7}\n{"comm');
    assertEquals([await app.answer(), await app.answer()], [{ status: "pong" }, { id: 7, status: "pong" }]);
  });
});

Deno.test("what is no request is told as such, and what is unknown only logged", async () => {
  await world(async ({ broker, connect }) => {
    using app = await connect();
    for (const line of ["{nonsense sk-planted", "[1]", "7", '{"command":7}', '{"command":"PING","id":{}}']) {
      await app.write(`${line}\n`);
      const { error, ...rest } = await app.answer();
      assertEquals(rest, {});
      assertMatch(String(error), /^Cannot read the line: .*expected one JSON object a line/);
    }
    await app.say("DANCE");
    assertEquals(await app.ask("PING"), { status: "pong" });
    assertStringIncludes(String((await app.ask("DANCE", { id: 1 })).error), 'Unknown command "DANCE"; known are PING');
    assert(!broker.log.join("").includes("planted"));
  });
});

Deno.test("a line of 10 MB is proxied, one beyond 64 MiB ends its connection with the reason", async () => {
  await world(async ({ local, connect }) => {
    using app = await connect();
    using other = await connect();
    const content = "x".repeat(10_000_000);
    const data = { ...chat, messages: [{ role: "user", content }] };
    const answer = await app.ask("PROXY_REQUEST", { ...proxied, data });
    assertStringIncludes(at(answer).result.message.content, "local model");
    assertEquals(at(local.modelRequests[0].json).messages[0].content.length, content.length);
    const part = new TextEncoder().encode("x".repeat(1_048_576));
    await app.write('{"command":"PING","x":"');
    const writing = (async () => {
      for (let count = 0; count < 66; count++) await app.write(part);
    })().catch(() => {});
    assertMatch(String((await app.answer()).error), /longer than 67108864 bytes/);
    await writing;
    app.close();
    assertEquals(await other.ask("PING"), { status: "pong" });
  });
});

Deno.test("without id answers keep the order, with id they come as they are ready, and news waits", async () => {
  await world(async ({ local, broker, connect }) => {
    using app = await connect();
    using other = await connect();
    const gate = Promise.withResolvers<void>();
    local.script({ kind: "late_first_byte", until: gate.promise });
    await app.say("PROXY_REQUEST", proxied);
    await app.say("PING");
    await app.say("PING", { id: "quick" });
    assertEquals(await app.answer(), { id: "quick", status: "pong" });
    const backends: BackendInput[] = [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "cloud", kind: "ollama", url: local.url, location: "cloud" },
    ];
    await broker.edit({ backends });
    const isNews = ({ connection_type }: Line) => connection_type === "cloud_proxy";
    await other.take(isNews);
    assertEquals(app.lines, []);
    gate.resolve();
    assertStringIncludes(at(await app.take(() => true)).result.message.content, "local model");
    assertEquals(await app.take(() => true), { status: "pong" });
    assertEquals((await app.take(isNews)).command, "CONNECTION_STATUS_CHANGED");
  });
});

Deno.test("streams are asked for whole, other routes refused, and errors told in words", async () => {
  await world(async ({ local, broker, connect }) => {
    using app = await connect();
    const streamed = await app.ask("PROXY_REQUEST", { ...proxied, data: { ...chat, stream: true } });
    assertEquals([at(streamed).result.done, at(local.modelRequests[0].json).stream], [true, false]);
    const openai = await app.ask("PROXY_REQUEST", { ...proxied, path: "/v1/chat/completions" });
    assertStringIncludes(at(openai).result.choices[0].message.content, "local model");
    assertEquals(await app.ask("PROXY_REQUEST", { path: "/" }), { result: { text: "Ollama is running" } });
    const paths = ["/control/v1/config", "/api/../control/v1/config", "/api/%2e%2e/settings", "//x/api/tags", "x", 7];
    for (const path of [...paths, "/settings", "/metrics", "/api/\\..\\..\\control/v1/status"]) {
      const { error } = await app.ask("PROXY_REQUEST", { method: "GET", path });
      assertMatch(String(error), /"path" must be one of the model APIs/, String(path));
    }
    const missing = await app.ask("PROXY_REQUEST", { ...proxied, data: { ...chat, model: "none" } });
    assertMatch(String(missing.error), /none/);
    assertMatch(
      String((await app.ask("PROXY_REQUEST", { method: "BREW", path: "/" })).error),
      /"method" must be one of/,
    );
    const usage = await (await broker.control("/usage")).json();
    assertStringIncludes(JSON.stringify(usage), "cloudtolocalllm-app");
  });
});

Deno.test("a client that vanishes in a proxied request takes it back at the model server", async () => {
  await world(async ({ local, broker, connect }) => {
    using other = await connect();
    for (const id of [undefined, 1]) {
      local.script({ kind: "silent" });
      const app = await connect();
      await app.say("PROXY_REQUEST", { ...proxied, id });
      await broker.waitFor(({ inFlight }) => inFlight === 1);
      const request = await local.waitForRequest(({ health }) => !health);
      app.close();
      assertEquals(await request.ended, "client_left");
      await broker.waitFor(({ inFlight, app }) => inFlight === 0 && app?.clients === 1);
      local.requests.length = 0;
    }
    assertEquals(await other.ask("PING"), { status: "pong" });
  });
});

Deno.test("HTTP, and whatever else does not begin as an app does, is closed at once and does nothing", async () => {
  await world(async ({ broker, connect }) => {
    using app = await connect();
    const { port } = { port: Number(await Deno.readTextFile(broker.portFile)) };
    const body = '{"command":"UPDATE_TOOLTIP","text":"evil"}\n{"command":"QUIT"}\n';
    const starts = [
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      " \r\nGET / HTTP/1.1\r\n\r\n",
      "\x16\x03\x01\n",
      "x\n",
    ];
    for (const start of starts) {
      using browser = await OldApp.connect(port);
      await browser.write(start + body).catch(() => {});
      await inTime("it is closed", browser.ended);
    }
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body }).catch((error) => error);
    assert(response instanceof TypeError, String(response));
    assertEquals(await app.ask("PING"), { status: "pong" });
    assertEquals((await broker.status()).app?.tooltip, null);
  });
});

Deno.test("a flood of one client, and one that reads nothing, hold nobody up", async () => {
  await world(async ({ local, broker, connect }) => {
    using flood = await connect();
    using deaf = await Deno.connect({ hostname: "127.0.0.1", port: Number(await Deno.readTextFile(broker.portFile)) });
    using app = await connect();
    const count = 30_000;
    const flooding = flood.write('{"command":"PING"}\n'.repeat(count));
    const status = new TextEncoder().encode('{"command":"GET_CONNECTION_STATUS"}\n'.repeat(2_000));
    let isStuck = false;
    const stuffing = (async () => {
      for (let rounds = 0; rounds < 20 && !isStuck; rounds++) await deaf.write(status);
    })().catch(() => {});
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, id) => app.ask("PROXY_REQUEST", { ...proxied, id })),
    );
    assertEquals(answers.map(({ id }) => Number(id)).sort(), [0, 1, 2, 3, 4]);
    await flooding;
    for (let taken = 0; taken < count; taken++) assertEquals(await flood.answer(), { status: "pong" });
    isStuck = true;
    deaf.close();
    await stuffing;
    assertEquals(await app.ask("PING"), { status: "pong" });
    local.script({ kind: "silent", until: never });
    assertEquals((await broker.status()).inFlight, 0);
  });
});

Deno.test("more requests at once than are taken get an error, each by its id", async () => {
  await world(async ({ local, connect }) => {
    using app = await connect();
    const gate = Promise.withResolvers<void>();
    local.always = { kind: "late_first_byte", until: gate.promise };
    for (let id = 0; id < 33; id++) await app.say("PROXY_REQUEST", { ...proxied, id });
    assertMatch(String((await app.answer()).error), /32 requests are being answered already/);
    gate.resolve();
    for (let id = 0; id < 32; id++) assert("result" in await app.answer());
  });
});

Deno.test("who comes when every place is taken is told so", async () => {
  await world(async ({ broker, connect }) => {
    using apps = new DisposableStack();
    for (let count = 0; count < 32; count++) apps.use(await connect());
    await broker.waitFor(({ app }) => app?.clients === 32);
    using late = await connect();
    assertMatch(String((await late.answer()).error), /32 apps are connected already/);
    await late.ended;
  });
});
