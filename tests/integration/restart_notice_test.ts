import { assertMatch } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";

Deno.test("a daemon says which of the changed options wait for a restart", async () => {
  await using broker = await BrokerFixture.start({ backends: [] });
  const changed = { version: 1, listen: { host: "::1", port: 0 }, route: { mode: "cloud-only" }, backends: [] };
  await Deno.writeTextFile(`${broker.folder}/config.json`, JSON.stringify(changed));
  await broker.waitFor((status) => status.mode === "cloud-only");
  assertMatch(
    broker.log.join(""),
    /warn +Takes effect after a restart: cloudtolocalllm restart options=listen\.host\n/,
  );
});
