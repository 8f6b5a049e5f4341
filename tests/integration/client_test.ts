import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  AnswerBrokeOff,
  ClientError,
  CloudToLocalLLM,
  DaemonLost,
  ModelNotFound,
  NoBackend,
  Refused,
  type StatusUpdate,
} from "../../src/client/client.ts";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { DaemonHome } from "../support/daemon_home.ts";
import { inTime } from "../support/in_time.ts";
import { gate, ModelServer } from "../support/model_server.ts";
import { hasProgram, isBusMissing, PrivateBus } from "../support/private_bus.ts";

const question = { model: "llama3.2", messages: [{ role: "user" as const, content: "Hi" }] };
const never = new Promise<never>(() => {});

function backendOf(model: ModelServer) {
  return { id: "local", kind: "ollama" as const, url: model.url, location: "local" as const };
}

async function clientOf(home: DaemonHome, options: { start?: readonly string[]; discover?: ["bus"] } = {}) {
  const system = await home.system();
  return new CloudToLocalLLM({ discover: ["control-file"], ...options }, { loadSystem: () => Promise.resolve(system) });
}

Deno.test("a daemon that is killed in the middle of a chat is an error, and the next call finds the new one", async () => {
  await using model = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using home = await DaemonHome.make([backendOf(model)]);
  const first = await home.start();
  const client = await clientOf(home);
  model.script({ kind: "stall_after", frames: 2, until: never });
  const answer = await client.chat(question);
  const pieces: string[] = [];
  const reading = async () => {
    for await (const { text } of answer) {
      pieces.push(text);
      if (pieces.length === 2) await home.kill();
    }
  };
  const error = await inTime("the chat ends", assertRejects(reading, DaemonLost, first));
  assertEquals(error.received, pieces.join(""));
  assertEquals(model.modelRequests.length, 1);

  const second = await home.start();
  assertNotEquals(second, first);
  assertEquals(await (await client.chat(question)).text(), "Hello from the local model. You said: Hi");
  assertEquals(client.url, second);
  assertEquals(model.modelRequests.length, 2);
});

Deno.test("watchStatus() says that the daemon is away, and goes on with the new one", async () => {
  await using home = await DaemonHome.make([]);
  await home.start();
  const client = await clientOf(home);
  const updates = client.watchStatus();
  const next = async () => (await inTime("the next update", updates.next())).value as StatusUpdate;
  const before = await next();
  assert(before.connected);
  await home.kill();
  const away = await next();
  assert(away.reason instanceof DaemonLost);
  const soon = next();
  await home.start();
  const after = await soon;
  assert(after.connected);
  assertNotEquals(after.status.pid, before.status.pid);
  await updates.return?.();
});

Deno.test("a daemon that the client starts lives on without it", async () => {
  await using home = await DaemonHome.make([]);
  const client = await clientOf(home, { start: home.command("--unless-running") });
  const { pid } = await inTime("the daemon is started", client.status());
  client.close();
  try {
    const other = await clientOf(home);
    assertEquals((await other.status()).pid, pid);
    assertEquals((await home.control()).pid, pid);
  } finally {
    await home.killDetached();
  }
});

Deno.test({
  name: "the daemon is found on the session's bus, with busctl and with gdbus",
  ignore: isBusMissing,
  async fn() {
    await using bus = await PrivateBus.start();
    await using home = await DaemonHome.make([], { env: { DBUS_SESSION_BUS_ADDRESS: bus.address } });
    const url = await home.start();
    const owned = Promise.withResolvers<void>();
    const watcher = await bus.connect();
    await watcher.watchName("online.cloudtolocalllm.CloudToLocalLLM", (owner) => owner && owned.resolve());
    await inTime("the daemon has its name", owned.promise);
    for (const program of ["busctl", "gdbus"]) {
      if (!hasProgram(program)) continue;
      const folder = await Deno.makeTempDir({ dir: home.folder });
      const path = new TextDecoder().decode((await new Deno.Command("which", { args: [program] }).output()).stdout);
      await Deno.symlink(path.trim(), `${folder}/${program}`);
      const system = await home.system();
      home.env.PATH = folder;
      const alone = { ...system, run: (await home.system()).run };
      const client = new CloudToLocalLLM({ discover: ["bus"] }, { loadSystem: () => Promise.resolve(alone) });
      assertEquals(await client.find(), url, program);
      // The control file is of the same daemon: its token comes with it.
      assertEquals((await client.status()).listen, url);
    }
  },
});

Deno.test({
  name: "the daemon is started by the session's bus",
  ignore: isBusMissing || !hasProgram("busctl"),
  async fn() {
    await using home = await DaemonHome.make([]);
    const script = `${home.folder}/start.sh`;
    await using bus = await PrivateBus.start({
      services: { "online.cloudtolocalllm.CloudToLocalLLM": `/bin/sh ${script}` },
    });
    home.env.DBUS_SESSION_BUS_ADDRESS = bus.address;
    const environment = Object.entries(home.env).map(([name, value]) => `${name}='${value}'`).join(" ");
    const command = home.command("--unless-running").map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(script, `exec env -i ${environment} ${command} 2>/dev/null\n`);
    const system = await home.system();
    const client = new CloudToLocalLLM({ start: true, discover: ["control-file"] }, {
      loadSystem: () => Promise.resolve(system),
    });
    await inTime("the daemon is started", client.status());
    await home.killDetached();
  },
});

Deno.test("leaving the loop, and a signal, end what the model does at once", async () => {
  await using model = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await BrokerFixture.start({ backends: [backendOf(model)] });
  const client = new CloudToLocalLLM({ url: broker.url, token: broker.token });
  model.always = { kind: "stall_after", frames: 1, until: never };
  for await (const { text } of await client.chat(question)) {
    assertEquals(text, "Hello");
    break;
  }
  assertEquals(await inTime("the model is left", model.modelRequests[0].ended), "client_left");

  const abort = new AbortController();
  const answer = await client.generate({ model: "llama3.2", prompt: "Hi", signal: abort.signal });
  const text = assertRejects(() => answer.text(), Error, "enough");
  abort.abort(new Error("enough"));
  await text;
  assertEquals(await inTime("the model is left", model.modelRequests[1].ended), "client_left");

  const late = gate();
  model.always = { kind: "late_first_byte", until: late.promise };
  const waiting = new AbortController();
  const asked = assertRejects(() => client.chat({ ...question, signal: waiting.signal }), Error, "no longer");
  const request = await model.waitForRequest(({ health }) => !health && model.modelRequests.length === 3);
  waiting.abort(new Error("no longer"));
  await asked;
  assertEquals(await inTime("the model is left", request.ended), "client_left");
  late.resolve();
});

Deno.test("onStatus() tells changes until it is ended, and errors that do not heal", async () => {
  await using broker = await BrokerFixture.start({ backends: [] });
  const client = new CloudToLocalLLM({ url: broker.url, token: broker.token });
  const modes: string[] = [];
  const seen = Promise.withResolvers<void>();
  const stop = client.onStatus(({ status }) => {
    if (status) modes.push(status.mode);
    if (modes.length === 1) void client.setMode("local-only");
    if (status?.mode === "local-only") seen.resolve();
  });
  await inTime("the new mode is told", seen.promise);
  stop();
  await client.setMode("cloud-only");
  assertEquals([...new Set(modes)], ["local-first", "local-only"]);

  const failed = Promise.withResolvers<unknown>();
  const stranger = new CloudToLocalLLM({ url: broker.url }, { loadSystem: () => Promise.resolve(undefined) });
  stranger.onStatus(() => {}, { onError: failed.resolve });
  assertEquals((await inTime("the error is told", failed.promise) as Error).name, "NoControlToken");
});

Deno.test("what a daemon refuses, and answers that break, are errors with all that it tells", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama", models: [{ name: "plain" }] });
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", models: [{ name: "secret" }] });
  await using broker = await BrokerFixture.start({
    backends: [backendOf(local), { id: "cloud", kind: "openai", url: cloud.url, location: "cloud" }],
    privacy: { localModels: ["secret"] },
    route: { rounds: 1 },
  });
  await broker.waitUntilChecked();
  const client = new CloudToLocalLLM({ url: broker.url, token: broker.token });
  const ask = (model: string, backend?: string) => client.chat({ ...question, model, backend });

  const stays = await assertRejects(() => ask("secret"), Refused, "No local backend has model");
  assertEquals([stays.name, stays.status, stays.code], ["Refused", 403, "must_stay_local"]);
  const missing = await assertRejects(() => ask("none", "local"), ModelNotFound);
  assertEquals(missing.attempts, [{ backend: "local", outcome: "http_404" }]);
  await assertRejects(() => ask("plain", "nowhere"), NoBackend, 'No backend is called "nowhere"');
  local.script({ kind: "status", status: 500 });
  const failed = await assertRejects(() => ask("plain", "local"), NoBackend, "No backend could answer");
  assertEquals([failed.status, failed.attempts], [502, [{ backend: "local", outcome: "http_500" }]]);
  await assertRejects(async () => await (await client.pull({ model: "x", backend: "cloud" })).final(), ClientError);

  for (const fault of [{ kind: "drop_after", frames: 2 }, { kind: "error_line_after", frames: 2 }] as const) {
    local.script(fault);
    const broken = await assertRejects(async () => await (await ask("plain")).text(), AnswerBrokeOff, "broke off");
    assertEquals(broken.received, "Hello from");
  }
});

Deno.test("a client's key is demanded, and the token of the control file counts as one", async () => {
  await using model = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await BrokerFixture.start(
    { backends: [backendOf(model)], listen: { clientKey: "programs" } },
    { env: { CLOUDTOLOCALLLM_SECRET_PROGRAMS: "open-sesame" } },
  );
  const { url, token } = broker;
  for (const options of [{ clientKey: "open-sesame" }, { token }]) {
    const client = new CloudToLocalLLM({ url, ...options });
    assertEquals((await client.models()).length, 4);
  }
  for (const options of [{}, { clientKey: "wrong" }]) {
    const client = new CloudToLocalLLM({ url, ...options });
    assertEquals((await assertRejects(() => client.chat(question), Refused)).code, "invalid_api_key");
  }
});
