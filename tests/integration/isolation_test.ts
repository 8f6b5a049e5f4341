import { assertEquals, assertStringIncludes } from "@std/assert";
import type { StatusReport } from "../../src/state/status.ts";
import { bundle } from "../../packaging/bundle.ts";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { FakeWatcher } from "../support/desktop_fakes/fake_watcher.ts";
import { FakeSecretService } from "../support/fake_secret_service.ts";
import { ModelServer } from "../support/model_server.ts";
import { isBusMissing, PrivateBus } from "../support/private_bus.ts";
import { ProgramProcess } from "../support/program_process.ts";

const chat = { model: "llama3.2", messages: [{ role: "user", content: "hi" }], stream: false };

function busTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isBusMissing ? `${name} (not installed: dbus-daemon)` : name, ignore: isBusMissing, fn });
}

const part = ({ parts }: StatusReport, name: string) => parts.find((one) => one.name === name);

/** Waits until the part is in this state; its reason and how often it has failed. */
async function untilPart(broker: BrokerFixture, name: string, state: string): Promise<[string | null, number]> {
  const status = await broker.waitFor((status) => part(status, name)?.state === state);
  const { reason, failures } = part(status, name)!;
  return [reason, failures];
}

async function assertAnswers(broker: BrokerFixture): Promise<void> {
  const response = await broker.ask("/api/chat", chat);
  assertEquals(response.status, 200, await response.text());
}

function startBroker(server: ModelServer, env: Record<string, string> = {}, desktop = false): Promise<BrokerFixture> {
  const backends = [{ id: "local", kind: "ollama", url: server.url, location: "local" }] as const;
  return BrokerFixture.start({ backends: [...backends] }, { env, ...desktop && { desktop: { isTheOne: false } } });
}

busTest("the session's bus and the panel may end and come back: both are seen, and requests go on", async () => {
  await using bus = await PrivateBus.start();
  await FakeWatcher.start(await bus.connect());
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await startBroker(server, { DBUS_SESSION_BUS_ADDRESS: bus.address }, true);
  await untilPart(broker, "tray", "running");
  await untilPart(broker, "session bus", "running");
  await bus.stop();
  const [reason] = await untilPart(broker, "session bus", "waiting");
  assertStringIncludes(reason!, "There is no session bus: ");
  await assertAnswers(broker);
  // Nothing shows an icon without a bus and without a display.
  const nowhere = "No panel shows tray icons here; the icon appears when one does";
  await broker.waitFor((status) => part(status, "tray")?.reason === nowhere);
  await bus.restart();
  await FakeWatcher.start(await bus.connect());
  await untilPart(broker, "session bus", "running");
  await untilPart(broker, "tray", "running");
  await assertAnswers(broker);
});

Deno.test("a record of use that cannot be written is seen, requests go on, and it heals", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await startBroker(server);
  const file = `${broker.folder}/usage.db`;
  await Deno.mkdir(file);
  await assertAnswers(broker);
  const [reason, failures] = await untilPart(broker, "record of use", "failed");
  assertStringIncludes(reason!, `Requests are not recorded: ${file} `);
  assertEquals(failures, 1);
  await assertAnswers(broker);
  await Deno.remove(file);
  await untilPart(broker, "record of use", "running");
  const usage = await broker.control("/requests");
  assertEquals((await usage.json()).recent.length, 2);
});

busTest("a keyring that falls is seen, what needs no token is answered, and it heals", async () => {
  await using bus = await PrivateBus.start();
  using keyring = await FakeSecretService.start(bus);
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "sk-planted" });
  const start = () =>
    BrokerFixture.start({
      backends: [
        { id: "local", kind: "ollama", url: server.url, location: "local" },
        { id: "cloud", kind: "openai", url: cloud.url, location: "cloud", secret: "work" },
      ],
    }, { env: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
  {
    await using broker = await start();
    const set = await broker.control("/secrets/work", { method: "PUT", body: '{"value":"sk-planted"}' });
    assertEquals(await set.text(), '{"name":"work","home":"keyring","file":null}');
    await untilPart(broker, "keyring", "running");
  }
  keyring.moods.endsIn = "SearchItems";
  await using broker = await start();
  const [reason, failures] = await untilPart(broker, "keyring", "failed");
  assertEquals([failures, reason?.includes("sk-planted")], [1, false]);
  await assertAnswers(broker);
  keyring.moods.endsIn = undefined;
  await keyring.restart();
  await untilPart(broker, "keyring", "running");
  await broker.waitFor(({ backends }) => backends[1].health === "up");
});

Deno.test("a settings page that was taken away is seen, requests go on, and a restart heals it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "isolation-" });
  try {
    await bundle(folder);
    const hidden = await hidePage(folder);
    await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
    const config = { backends: [{ id: "local", kind: "ollama", url: server.url, location: "local" }] } as const;
    const options = { main: `${folder}/main.js`, config: { backends: [...config.backends] } };
    {
      await using program = await ProgramProcess.start(options);
      assertEquals((await program.visitSettings()).status, 500);
      const { state, failures, reason } = part(await program.status(), "settings page")!;
      assertEquals([state, failures], ["failed", 1]);
      assertStringIncludes(reason!, "the program was replaced or removed while it ran: restart the daemon");
      const response = await fetch(`${program.url}/api/chat`, { method: "POST", body: JSON.stringify(chat) });
      assertEquals([response.status, (await response.json()).done], [200, true]);
    }
    await Deno.rename(hidden.aside, hidden.path);
    await using program = await ProgramProcess.start(options);
    assertEquals((await program.visitSettings()).status, 200);
    assertEquals(part(await program.status(), "settings page")!.state, "running");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Takes the chunk away that has the settings page in it. */
async function hidePage(folder: string): Promise<{ path: string; aside: string }> {
  for await (const { name } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (!(await Deno.readTextFile(path)).includes("There is no such page.")) continue;
    const aside = `${path}.aside`;
    await Deno.rename(path, aside);
    return { path, aside };
  }
  throw new Error("No chunk of the bundle has the settings page");
}
