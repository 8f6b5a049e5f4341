import { assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../../support/broker_fixture.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { ModelServer } from "../../support/model_server.ts";

const chat = { model: "llama3.2", messages: [{ role: "user", content: "hi" }], stream: false };

function startBroker(server: ModelServer, log = {}): Promise<BrokerFixture> {
  const backends = [{ id: "local", kind: "ollama", url: server.url, location: "local" }] as const;
  return BrokerFixture.start({ backends: [...backends], log });
}

const logOf = ({ folder }: BrokerFixture) => Deno.readTextFile(`${folder}/log/daemon.log`);

Deno.test("the file has every line that standard error has, from the first to the last", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await startBroker(server);
  await (await broker.ask("/api/chat", chat)).body?.cancel();
  await broker.daemon.close();
  const text = await logOf(broker);
  assertEquals(text, broker.log.join(""));
  assertStringIncludes(text, "Ready");
  assertEquals(text.trimEnd().endsWith("Stopped"), true);
});

Deno.test("the file follows the configuration while the daemon runs", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await startBroker(server, { file: { enabled: false } });
  assertEquals([...Deno.readDirSync(broker.folder)].some(({ name }) => name === "log"), false);
  const file = `${broker.folder}/config.json`;
  const config = JSON.parse(await Deno.readTextFile(file));
  await Deno.writeTextFile(file, JSON.stringify({ ...config, log: { file: { enabled: true } } }));
  await broker.waitFor(({ parts }) => parts.some(({ name, state }) => name === "log file" && state === "running"));
  await (await broker.ask("/api/chat", chat)).body?.cancel();
  await broker.daemon.close();
  assertStringIncludes(await logOf(broker), "Stopped");
});

Deno.test("a file that cannot be written is seen, requests go on, and it heals", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  const backends = [{ id: "local", kind: "ollama", url: server.url, location: "local" }] as const;
  const clock = new FakeClock();
  await using broker = await BrokerFixture.start({ backends: [...backends] }, { clock });
  await Deno.remove(`${broker.folder}/log`, { recursive: true });
  await Deno.writeTextFile(`${broker.folder}/log`, "in the way");
  const ask = async () => {
    const response = await broker.ask("/api/chat", chat);
    await response.body?.cancel();
    return response.status;
  };
  const part = async () => (await broker.status()).parts.find(({ name }) => name === "log file")!;
  assertEquals(await ask(), 200);
  const { state, reason } = await part();
  assertEquals(state, "failed");
  assertStringIncludes(reason!, `The log is not written to ${broker.folder}/log/daemon.log: `);
  assertEquals(broker.log.filter((line) => line.includes("The log is not written to its file")).length, 1);
  await Deno.remove(`${broker.folder}/log`);
  await clock.advance(10_000);
  assertEquals([await ask(), (await part()).state], [200, "running"]);
  assertStringIncludes(await logOf(broker), "The log is written to its file again missingLines=");
});
