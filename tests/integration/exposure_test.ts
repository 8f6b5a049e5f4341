import { assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";

const exposed = { listen: { host: "0.0.0.0", clientKey: "clients" }, backends: [] };

function start(): Promise<BrokerFixture> {
  return BrokerFixture.start(exposed, { env: { CLOUDTOLOCALLLM_SECRET_CLIENTS: "the-key" } });
}

/** Status of a request without the key, from this machine. */
async function statusWithoutKey(broker: BrokerFixture): Promise<number> {
  const response = await fetch(broker.url.replace("0.0.0.0", "127.0.0.1") + "/api/tags");
  await response.body?.cancel();
  return response.status;
}

Deno.test("a daemon bound beyond loopback keeps its client key when a change would take it away", async () => {
  await using broker = await start();
  await Deno.writeTextFile(`${broker.folder}/config.json`, JSON.stringify({ version: 1, backends: [] }));
  const { configError } = await broker.waitFor((status) => status.configError !== null);
  assertStringIncludes(configError!, "listen.clientKey: must be set while the daemon listens on 0.0.0.0");
  assertEquals(await statusWithoutKey(broker), 401);
});

Deno.test("a daemon bound beyond loopback keeps its client key when its configuration is removed", async () => {
  await using broker = await start();
  await Deno.remove(`${broker.folder}/config.json`);
  await broker.waitFor((status) => status.configError !== null);
  assertEquals(await statusWithoutKey(broker), 401);
});

Deno.test("a daemon bound beyond loopback does not change its mode for the price of its client key", async () => {
  await using broker = await start();
  await Deno.remove(`${broker.folder}/config.json`);
  const response = await broker.control("/mode", { method: "PUT", body: JSON.stringify({ mode: "local-only" }) });
  assertEquals(response.ok, false);
  await response.body?.cancel();
  assertEquals(await statusWithoutKey(broker), 401);
});

Deno.test("a daemon on loopback refuses a change that would keep it from starting again", async () => {
  await using broker = await BrokerFixture.start({ backends: [] });
  const listen = { host: "0.0.0.0" };
  await Deno.writeTextFile(`${broker.folder}/config.json`, JSON.stringify({ version: 1, listen, backends: [] }));
  const { configError } = await broker.waitFor((status) => status.configError !== null);
  assertStringIncludes(configError!, "listen.clientKey: must be set when listen.host is 0.0.0.0");
});
