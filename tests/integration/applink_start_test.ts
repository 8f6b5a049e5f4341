import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { ModelServer } from "../support/model_server.ts";
import { type Line, OldApp } from "../support/old_app.ts";

const token = "sk-of-the-old-app-1";
const chat = { model: "llama3.2", messages: [{ role: "user", content: "Hi" }] };

interface World {
  local: ModelServer;
  cloud: ModelServer;
  broker: BrokerFixture;
}

/** A daemon with a local model server and a cloud, whose token only the app has. */
async function world(
  { mode = "local-first", isLocalUp = true }: { mode?: "local-first" | "cloud-only"; isLocalUp?: boolean },
  body: (world: World) => Promise<void>,
): Promise<void> {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  if (!isLocalUp) await local.stop();
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "cloudtolocalllm", token });
  await using broker = await BrokerFixture.start({
    route: { mode },
    log: { level: "debug" },
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "proxy", kind: "cloudtolocalllm", url: cloud.url, location: "cloud", enabled: false },
    ],
  }, { appLink: true });
  await body({ local, cloud, broker });
}

/** What the app does at its start, in its order and without any `id`. */
async function start(app: OldApp): Promise<Line[]> {
  const answers = [await app.ask("PING"), await app.ask("GET_CONNECTION_STATUS")];
  await app.say("AUTH_STATUS", { authenticated: true });
  await app.say("UPDATE_AUTH_TOKEN", { token });
  answers.push(await app.ask("PROXY_REQUEST", { method: "GET", path: "/api/tags", data: null }));
  answers.push(await app.ask("PROXY_REQUEST", { method: "POST", path: "/api/chat", data: { ...chat, stream: false } }));
  return answers;
}

// deno-lint-ignore no-explicit-any -- answers are looked at as they are
const at = (line: Line): any => line;

Deno.test("the old app's start works with the local model server up", async () => {
  await world({}, async ({ broker }) => {
    await broker.waitUntilChecked();
    using app = await OldApp.find(broker.portFile);
    const [pong, status, tags, answer] = await start(app);
    assertEquals(pong, { status: "pong" });
    const { local_ollama, cloud_proxy } = at(status).status;
    assertEquals([local_ollama.state, local_ollama.version, local_ollama.error_message], ["connected", "0.30.0", null]);
    assert(local_ollama.models.includes("llama3.2:latest"), JSON.stringify(local_ollama));
    assertEquals(new Date(local_ollama.last_check).toISOString(), local_ollama.last_check);
    assertEquals(cloud_proxy, {
      state: "disconnected",
      last_check: null,
      error_message: "Switched off in the configuration",
      version: null,
      models: [],
    });
    assert(at(tags).result.models.length > 0);
    assertStringIncludes(at(answer).result.message.content, "local model");
    assertEquals(at(answer).result.done, true);
    const { app: seen } = await broker.status();
    assertEquals([seen?.clients, seen?.authenticated], [1, true]);
  });
});

Deno.test("the old app's start works with the local model server down: its token brings the cloud", async () => {
  await world({ isLocalUp: false }, async ({ broker }) => {
    await broker.waitFor(({ backends }) => backends[0].health === "down");
    using app = await OldApp.find(broker.portFile);
    const [, status, tags, answer] = await start(app);
    const { local_ollama } = at(status).status;
    assertEquals([local_ollama.state, local_ollama.models], ["error", []]);
    assertStringIncludes(local_ollama.error_message, "not running");
    assert(Array.isArray(at(tags).result.models));
    assertStringIncludes(at(answer).result.message.content, "cloud model");
  });
});

Deno.test("the old app's start works where only the cloud may answer", async () => {
  await world({ mode: "cloud-only" }, async ({ local, broker }) => {
    using app = await OldApp.find(broker.portFile);
    const [pong, status, , answer] = await start(app);
    assertEquals(pong, { status: "pong" });
    assertEquals(at(status).status.local_ollama.state, "disconnected");
    assertStringIncludes(at(answer).result.message.content, "cloud model");
    assertEquals(local.modelRequests.length, 0);
    const changed = await app.take(({ command, connection_type, status }) =>
      command === "CONNECTION_STATUS_CHANGED" && connection_type === "cloud_proxy" &&
      at({ status }).status.state === "connected"
    );
    assert(at(changed).status.models.includes("llama3.2:latest"));
  });
});

Deno.test("what the app says is seen in status, what the tray says of itself stays, and the token shows nowhere", async () => {
  await world({}, async ({ broker }) => {
    await broker.waitUntilChecked();
    using app = await OldApp.find(broker.portFile);
    await app.say("UPDATE_TOOLTIP", { text: "3 chats are open" });
    await app.say("UPDATE_ICON", { state: "error" });
    const reported = { connection_type: "ollama", connected: true, version: "0.9", models: ["a", "b"], endpoint: "x" };
    await app.say("UPDATE_CONNECTION_STATUS", { status: reported });
    await app.say("UPDATE_AUTH_TOKEN", { token });
    assertEquals(await app.ask("PING"), { status: "pong" });
    const status = await broker.waitFor(({ app }) => app?.reported !== null);
    assertEquals(status.app, {
      clients: 1,
      authenticated: false,
      tooltip: "3 chats are open",
      icon: "error",
      reported: { connectionType: "ollama", connected: true, version: "0.9", models: 2, endpoint: "x", error: null },
      canLaunch: false,
    });
    assertEquals(status.state, "connected");
    assertEquals((await app.ask("UPDATE_ICON", { state: "purple", id: 1 })).id, 1);
    const { secrets } = await (await broker.control("/secrets")).json();
    assertEquals(secrets, [{ name: "cloudtolocalllm", home: "memory", usedBy: ["proxy"], problem: null }]);
    app.close();
    await broker.waitFor(({ app }) => app?.clients === 0 && app.tooltip === null);
    const files = [await Deno.readTextFile(`${broker.folder}/config.json`), JSON.stringify(await broker.status())];
    for (const text of [...broker.log, ...files]) assert(!text.includes(token), text);
  });
});

Deno.test("the daemon's commands reach every app, and an empty token ends the use of the cloud", async () => {
  await world({}, async ({ broker }) => {
    using one = await OldApp.find(broker.portFile);
    using other = await OldApp.find(broker.portFile);
    assertEquals(await one.ask("UPDATE_AUTH_TOKEN", { token, id: "a" }), { id: "a", status: "ok" });
    assertEquals(await other.ask("UPDATE_AUTH_TOKEN", { token: "", id: "b" }), { id: "b", status: "ok" });
    const { backends } = await broker.status();
    assertEquals(backends.map(({ enabled }) => enabled), [true, false]);
    assertEquals(await one.ask("UPDATE_AUTH_TOKEN", { token, id: 0 }), { id: 0, status: "ok" });
    assertEquals((await broker.status()).backends.map(({ enabled }) => enabled), [true, true]);
  });
});

Deno.test("QUIT ends the daemon as SIGTERM does, and no port file is left", async () => {
  await world({}, async ({ broker }) => {
    using app = await OldApp.find(broker.portFile);
    await app.ask("PING");
    await app.say("QUIT");
    await broker.daemon.closed;
    await broker.daemon.close();
    await app.ended;
    assertEquals(await Deno.stat(broker.portFile).catch(() => undefined), undefined);
  });
});
