import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { DesktopContext } from "../../src/desktop/context.ts";
import type { StatusReport } from "../../src/state/status.ts";
import { BrokerFixture, type BrokerFixtureOptions } from "../support/broker_fixture.ts";
import { FakeSecretService } from "../support/fake_secret_service.ts";
import { inTime } from "../support/in_time.ts";
import { ModelServer } from "../support/model_server.ts";
import { OldApp } from "../support/old_app.ts";
import { isBusMissing, PrivateBus } from "../support/private_bus.ts";

const chat = {
  method: "POST",
  path: "/api/chat",
  data: { model: "llama3.2", messages: [{ role: "user", content: "Hi" }] },
};

const start = (options: BrokerFixtureOptions = {}) =>
  BrokerFixture.start({ backends: [] }, { appLink: true, ...options });

async function modeOf(path: string): Promise<string> {
  return ((await Deno.stat(path)).mode! & 0o777).toString(8);
}

const isThere = (path: string) => Deno.lstat(path).then(() => true, () => false);

async function untilGone(path: string): Promise<void> {
  while (await isThere(path)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A home folder of which nothing but the port file is used. */
async function home(body: (portFile: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "applink-home-" });
  try {
    await body(`${folder}/.cloudtolocalllm/tray_port`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the port file is for its user alone, names the port in digits, and is gone with the daemon", async () => {
  await home(async (portFile) => {
    for (let cycle = 0; cycle < 3; cycle++) {
      await using broker = await start({ appLink: { portFile } });
      using app = await OldApp.find(portFile);
      assertEquals(await app.ask("PING"), { status: "pong" });
      assertEquals([await modeOf(portFile), await modeOf(portFile.replace("/tray_port", ""))], ["600", "700"]);
      await broker.daemon.close();
      assert(!await isThere(portFile));
      await app.ended;
    }
  });
});

Deno.test("what a killed daemon left is replaced, a folder that others may write to is closed to them", async () => {
  await home(async (portFile) => {
    const folder = portFile.replace("/tray_port", "");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.chmod(folder, 0o775);
    const dead = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = dead.addr;
    dead.close();
    for (const left of [`${port}`, "nonsense", "99999", "", `${port}\n`]) {
      await Deno.writeTextFile(portFile, left);
      await using _broker = await start({ appLink: { portFile } });
      using app = await OldApp.find(portFile);
      assertEquals(await app.ask("PING"), { status: "pong" });
      assertEquals(await modeOf(folder), "755");
    }
  });
});

Deno.test("the port file of a daemon that lives stays, and is ours soon after that has ended", async () => {
  await home(async (portFile) => {
    const first = await start({ appLink: { portFile } });
    using app = await OldApp.find(portFile);
    const text = await Deno.readTextFile(portFile);
    await using second = await BrokerFixture.start({ backends: [] }, { appLink: { portFile } });
    const { parts } = await second.waitFor(({ parts }) => parts.some(({ state }) => state === "waiting"));
    const link = parts.find(({ name }) => name === "app link")!;
    assertStringIncludes(link.reason!, `Another daemon serves them on port ${text}`);
    assertEquals(await Deno.readTextFile(portFile), text);
    assertEquals(await app.ask("PING"), { status: "pong" });
    await first[Symbol.asyncDispose]();
    await second.edit({ app: { enabled: false } });
    await second.edit({ app: { enabled: true } });
    using next = await OldApp.find(portFile);
    assertEquals(await next.ask("PING"), { status: "pong" });
  });
});

Deno.test("switched off there is no socket, no file and nothing in status; switched on again there is", async () => {
  await using broker = await start();
  const app = await OldApp.find(broker.portFile);
  await app.ask("PING");
  await broker.edit({ app: { enabled: false } });
  await app.ended;
  await broker.waitFor(({ app }) => app === null);
  assert(!await isThere(broker.portFile));
  await broker.edit({ app: { enabled: true } });
  using again = await OldApp.find(broker.portFile);
  assertEquals(await again.ask("PING"), { status: "pong" });
});

Deno.test("what is being answered when the daemon stops is answered, and nobody new is let in", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await BrokerFixture.start({
    backends: [{ id: "local", kind: "ollama", url: local.url, location: "local" }],
  }, { appLink: true });
  await broker.waitUntilChecked();
  using app = await OldApp.find(broker.portFile);
  const gate = Promise.withResolvers<void>();
  local.script({ kind: "late_first_byte", until: gate.promise });
  await app.say("PROXY_REQUEST", chat);
  await local.waitForRequest(({ health }) => !health);
  const closing = broker.daemon.close();
  await app.say("PROXY_REQUEST", { ...chat, id: "late" });
  assertMatch(String((await app.answer()).error), /shutting down/);
  await inTime("the port file is gone", untilGone(broker.portFile));
  gate.resolve();
  assertStringIncludes(JSON.stringify(await app.answer()), "local model");
  await closing;
  await app.ended;
});

Deno.test("an answer that takes longer than the daemon's patience ends with an error", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await BrokerFixture.start({
    shutdownGraceMs: 10,
    backends: [{ id: "local", kind: "ollama", url: local.url, location: "local" }],
  }, { appLink: true });
  await broker.waitUntilChecked();
  using app = await OldApp.find(broker.portFile);
  local.script({ kind: "silent" });
  await app.say("PROXY_REQUEST", chat);
  await local.waitForRequest(({ health }) => !health);
  await broker.daemon.close();
  assertMatch(String((await app.answer()).error), /shutting down/);
});

Deno.test("the tray's commands reach every app, launch the one that is set, and say what is wrong", async () => {
  const given = Promise.withResolvers<DesktopContext>();
  const run = (context: DesktopContext, signal: AbortSignal) => {
    given.resolve(context);
    return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  };
  await using broker = await start({ desktop: { isTheOne: false, run } });
  const { commands } = await given.promise;
  const refusal = await commands.tellApp("SHOW").catch((error) => error.message);
  assertEquals(refusal, "The app is not connected; start it first");
  assertMatch(await commands.launchApp().catch((error) => error.message), /app.command/);
  using one = await OldApp.find(broker.portFile);
  using other = await OldApp.find(broker.portFile);
  await broker.waitFor(({ app }) => app?.clients === 2);
  for (const command of ["SHOW", "HIDE", "SETTINGS", "OLLAMA_TEST", "QUIT"] as const) {
    await commands.tellApp(command);
    for (const app of [one, other]) assertEquals(await app.take(() => true), { command });
  }
  const program = `${broker.folder}/app`;
  await Deno.writeTextFile(program, `#!/bin/sh\necho launched > '${broker.folder}/launched'\n`, { mode: 0o755 });
  await broker.edit({ app: { command: program } });
  await commands.launchApp();
  assertEquals(await Deno.readTextFile(`${broker.folder}/launched`), "launched\n");
  one.close();
  other.close();
  await broker.waitFor(({ app }) => app?.clients === 0 && app.canLaunch);
});

Deno.test("what keeps apps away is seen in status, requests go on, and it heals", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await home(async (portFile) => {
    const folder = portFile.replace("/tray_port", "");
    await Deno.writeTextFile(folder, "in the way");
    await using broker = await BrokerFixture.start({
      backends: [{ id: "local", kind: "ollama", url: local.url, location: "local" }],
    }, { appLink: { portFile } });
    const linkOf = ({ parts }: StatusReport) => parts.find(({ name }) => name === "app link");
    const status = await broker.waitFor((status) => linkOf(status)?.state === "failed");
    assertStringIncludes(linkOf(status)!.reason!, ".cloudtolocalllm");
    const response = await broker.ask("/api/chat", { ...chat.data, stream: false });
    assertEquals([response.status, (await response.json()).done], [200, true]);
    await Deno.remove(folder);
    // By itself half a minute later; at once when it is switched.
    await broker.edit({ app: { enabled: false } });
    await broker.edit({ app: { enabled: true } });
    using app = await OldApp.find(portFile);
    assertEquals(await app.ask("PING"), { status: "pong" });
    await broker.waitFor((status) => linkOf(status)?.state === "running");
  });
});

Deno.test({
  name: `the app's token is kept in the keyring where there is one${
    isBusMissing ? " (not installed: dbus-daemon)" : ""
  }`,
  ignore: isBusMissing,
  async fn() {
    await using bus = await PrivateBus.start();
    using _keyring = await FakeSecretService.start(bus);
    await using broker = await start({ env: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
    using app = await OldApp.find(broker.portFile);
    assertEquals(await app.ask("UPDATE_AUTH_TOKEN", { token: "sk-planted", id: 1 }), { id: 1, status: "ok" });
    const { secrets } = await (await broker.control("/secrets")).json();
    assertEquals(secrets, [{ name: "cloudtolocalllm", home: "keyring", usedBy: ["cloudtolocalllm"], problem: null }]);
    assertEquals(await app.ask("UPDATE_AUTH_TOKEN", { token: "sk-planted", id: 2 }), { id: 2, status: "ok" });
    assert(!broker.log.join("").includes("sk-planted"));
  },
});
