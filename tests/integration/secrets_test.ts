import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError } from "../../src/config/config_error.ts";
import type { StatusReport } from "../../src/state/status.ts";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { FakeSecretService } from "../support/fake_secret_service.ts";
import { inTime } from "../support/in_time.ts";
import { KeyringDaemon, keyringTest } from "../support/keyring_daemon.ts";
import { ModelServer } from "../support/model_server.ts";
import { isBusMissing, PrivateBus } from "../support/private_bus.ts";

const token = "sk-planted-token";
const chat = { model: "llama3.2", messages: [{ role: "user", content: "hi" }] };
const attributes = { application: "cloudtolocalllm", name: "work" };

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isBusMissing ? `${name} (not installed: dbus-daemon)` : name, ignore: isBusMissing, fn });
}

const upstream = () => ModelServer.start({ name: "cloud", dialect: "openai", token });

function backendsAt(server: ModelServer) {
  return [{ id: "cloud", kind: "openai", url: server.url, location: "cloud", secret: "work" }] as const;
}

function startBroker(server: ModelServer, address?: string): Promise<BrokerFixture> {
  const env = address === undefined ? undefined : { DBUS_SESSION_BUS_ADDRESS: address };
  return BrokerFixture.start({ backends: [...backendsAt(server)] }, { env });
}

const health = ({ backends: [{ health, reason }] }: StatusReport) => [health, reason];
const isUp = (status: StatusReport) => health(status)[0] === "up";

async function send(broker: BrokerFixture, method: string, path: string, body?: unknown): Promise<[number, string]> {
  const response = await broker.control(path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  return [response.status, await response.text()];
}

keyringTest("a token that is set while the daemon runs is used at once, also by the next daemon", async () => {
  await using keyring = await KeyringDaemon.start();
  await using server = await upstream();
  {
    await using broker = await startBroker(server, keyring.bus.address);
    const missing = await broker.waitUntilChecked();
    assertEquals(health(missing), [
      "misconfigured",
      'The token is missing: set it with "cloudtolocalllm secret set work"',
    ]);
    assertEquals(await send(broker, "PUT", "/secrets/work", { value: `${token}\n` }), [
      200,
      '{"name":"work","home":"keyring","file":null}',
    ]);
    await broker.waitFor(isUp);
    const answer = await broker.ask("/api/chat", { ...chat, stream: false });
    assertEquals(answer.status, 200);
    await answer.body?.cancel();
  }
  await keyring.restart();
  await using broker = await startBroker(server, keyring.bus.address);
  await broker.waitFor(isUp);
  // What the first check saw is the token, and not that there is none.
  assertEquals(broker.log.filter((line) => line.includes("cannot be used")), []);
  assertEquals((await send(broker, "DELETE", "/secrets/work"))[0], 200);
  assertEquals((await send(broker, "DELETE", "/secrets/work"))[0], 404);
  await broker.waitFor((status) => health(status)[0] === "misconfigured");
});

keyringTest("a locked keyring is told, and its token used as soon as it is unlocked", async () => {
  await using keyring = await KeyringDaemon.start();
  await using server = await upstream();
  await keyring.secretTool(["store", "--label=mine", ...Object.entries(attributes).flat()], token);
  await keyring.lock();
  await using broker = await startBroker(server, keyring.bus.address);
  const locked = await broker.waitFor((status) => health(status)[0] === "misconfigured");
  assertEquals(health(locked)[1], "The keyring with the token is locked: unlock it");
  const answer = await broker.ask("/api/chat", chat);
  assertEquals(answer.headers.get("x-broker-attempts"), "cloud:keyring_locked");
  await answer.body?.cancel();
  const [status, listed] = await send(broker, "GET", "/secrets");
  assertEquals([status, JSON.parse(listed)], [200, {
    keyring: { state: "locked", detail: "The keyring is locked" },
    file: `${broker.folder}/secrets.json`,
    secrets: [{ name: "work", home: null, usedBy: ["cloud"], problem: "The keyring is locked" }],
  }]);
  // Nobody can show its question in this session.
  const [refused, words] = await send(broker, "PUT", "/secrets/work", { value: "sk-other" });
  assertEquals([refused, JSON.parse(words).error.code], [409, "dismissed"]);
  await keyring.unlock();
  await broker.waitFor(isUp);
});

keyringTest(
  "a keyring that starts after the daemon is found, and a secret that another program puts there",
  async () => {
    await using bus = await PrivateBus.start();
    await using server = await upstream();
    await using broker = await startBroker(server, bus.address);
    await broker.waitUntilChecked();
    await using keyring = await KeyringDaemon.start({ bus });
    await keyring.secretTool(["store", "--label=mine", ...Object.entries(attributes).flat()], token);
    await broker.waitFor(isUp);
  },
);

test("no bus connection is held once every token is there", async () => {
  await using bus = await PrivateBus.start();
  await using server = await upstream();
  using keyring = await FakeSecretService.start(bus);
  await using broker = await startBroker(server, bus.address);
  await broker.waitUntilChecked();
  const connection = await bus.connect();
  const list = async () => {
    const call = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
    const [names] = await connection.call({ ...call, interface: call.destination, member: "ListNames" });
    return (names as string[]).filter((name) => name.startsWith(":")).length;
  };
  const watching = await list();
  keyring.put(attributes, token);
  await broker.waitFor(isUp);
  const gone = Promise.withResolvers<void>();
  const rule = { interface: "org.freedesktop.DBus", member: "NameOwnerChanged" };
  await connection.watch(rule, async () => await list() < watching && gone.resolve());
  if (await list() < watching) gone.resolve();
  await inTime("the connection ends", gone.promise);
});

test("a keyring that hangs keeps neither the start nor a local answer waiting", async () => {
  await using bus = await PrivateBus.start();
  await using server = await upstream();
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  using _keyring = await FakeSecretService.start(bus, { hangsIn: "SearchItems" });
  const own = { id: "local", kind: "ollama", url: local.url, location: "local" } as const;
  const from = performance.now();
  const env = { DBUS_SESSION_BUS_ADDRESS: bus.address };
  await using broker = await BrokerFixture.start({ backends: [own, ...backendsAt(server)] }, { env });
  const answer = await broker.ask("/api/chat", { ...chat, stream: false });
  const tookMs = performance.now() - from;
  assertEquals([answer.status, answer.headers.get("x-broker-backend")], [200, "local"]);
  await answer.body?.cancel();
  assert(tookMs < 4_000, `It took ${tookMs} ms`);
});

const exposed = { listen: { host: "0.0.0.0", clientKey: "work" }, backends: [] };

async function statusWith(broker: BrokerFixture, key?: string): Promise<number> {
  const headers: HeadersInit = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(`${broker.url.replace("0.0.0.0", "127.0.0.1")}/api/tags`, { headers });
  await response.body?.cancel();
  return response.status;
}

test("a daemon beyond loopback takes its client key from the keyring", async () => {
  await using bus = await PrivateBus.start();
  using keyring = await FakeSecretService.start(bus);
  keyring.put(attributes, token);
  await using broker = await BrokerFixture.start(exposed, { env: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
  assertEquals([await statusWith(broker), await statusWith(broker, "x"), await statusWith(broker, token)], [
    401,
    401,
    200,
  ]);
});

test("a daemon whose client key is in a locked keyring serves nobody until it is unlocked", async () => {
  await using bus = await PrivateBus.start();
  using keyring = await FakeSecretService.start(bus);
  keyring.put(attributes, token);
  keyring.setLocked(true);
  await using broker = await BrokerFixture.start(exposed, { env: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
  assertEquals([await statusWith(broker), await statusWith(broker, token)], [401, 401]);
  await broker.status();
  assertMatch(broker.log.join(""), /No program is served until the keyring gives the client key/);
  const found = keyring.called("GetSecret");
  keyring.setLocked(false);
  await inTime("the key is read", found);
  const isServed = async (): Promise<void> => await statusWith(broker, token) === 200 ? undefined : await isServed();
  await inTime("who sends the key is served", isServed());
});

test("a daemon beyond loopback does not start where its client key is nowhere", async () => {
  await using bus = await PrivateBus.start();
  const env = { DBUS_SESSION_BUS_ADDRESS: bus.address };
  await assertRejects(() => BrokerFixture.start(exposed, { env }), ConfigError, "cloudtolocalllm secret set work");
});

Deno.test("without a keyring the file is taken only when the user agrees", async () => {
  await using server = await upstream();
  await using broker = await startBroker(server);
  const [status, words] = await send(broker, "PUT", "/secrets/work", { value: token });
  assertEquals([status, JSON.parse(words).error.code], [409, "needs_consent"]);
  assertStringIncludes(words, `${broker.folder}/secrets.json`);
  assertEquals((await send(broker, "PUT", "/secrets/work", { value: token, insecureFile: true }))[0], 200);
  await broker.waitFor(isUp);
  const file = await Deno.stat(`${broker.folder}/secrets.json`);
  assertEquals(file.mode! & 0o777, 0o600);
  const [unlock] = await send(broker, "POST", "/keyring/unlock");
  assertEquals(unlock, 503);
});
