import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError } from "../../src/config/config_error.ts";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { steadyPort } from "../support/steady_port.ts";

const itself = (port: number) => ({
  id: "self",
  kind: "ollama" as const,
  url: `http://localhost:${port}`,
  location: "local" as const,
});

Deno.test("a daemon does not take itself for a model server, when it starts and while it runs", async () => {
  const port = steadyPort();
  const started = BrokerFixture.start({ listen: { port }, backends: [itself(port)] });
  assertStringIncludes((await assertRejects(() => started, ConfigError)).message, "the address of this daemon itself");

  await using broker = await BrokerFixture.start({ listen: { port }, backends: [] });
  const { version } = await (await broker.control("/config")).json();
  const body = JSON.stringify({ version, changes: { backends: [itself(port)] } });
  const refused = await broker.control("/config", { method: "PATCH", body });
  const { error: { problems } } = await refused.json();
  assertEquals([refused.status, problems.map(({ path }: { path: string }) => path)], [422, ["backends[0].url"]]);
  assertEquals((await broker.status()).backends, []);
});
