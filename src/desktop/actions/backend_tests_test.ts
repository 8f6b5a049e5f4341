import { assertEquals, assertRejects } from "@std/assert";
import { BusScene } from "../../../tests/support/bus_scene.ts";
import { roundTripsUntil } from "../../../tests/support/bus_scene.ts";
import { NotificationServer } from "../../../tests/support/notification_server.ts";
import { isBusMissing } from "../../../tests/support/private_bus.ts";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { ConnectionTest } from "../../state/connection_report.ts";
import { BackendTests } from "./backend_tests.ts";

const ignore = isBusMissing;
const passed: ConnectionTest = { backend: "local", ok: true, steps: [] };
const failed: ConnectionTest = {
  backend: "cloud",
  ok: false,
  steps: [{
    name: "Reach the server",
    ok: false,
    detail: "cloud.invalid cannot be reached",
    durationMs: 1,
    advice: "Check it",
  }],
};

async function scene(): Promise<{ desktop: BusScene; server: NotificationServer; tests: BackendTests }> {
  const backends = [backendState({ url: "http://127.0.0.1:11434" }, { latencyMs: 4 }), backendState(cloudInput)];
  const desktop = await BusScene.start({ backends, connectionTests: { local: passed, cloud: failed } });
  const peer = await desktop.bus.connect();
  const server = await NotificationServer.start(peer);
  await roundTripsUntil("the link is there", peer, () => desktop.link.bus !== undefined);
  return { desktop, server, tests: new BackendTests(desktop) };
}

Deno.test({ name: "BackendTests tells the result either way, in the place of the last one", ignore }, async () => {
  const { desktop, server, tests } = await scene();
  await using _ = desktop;
  for (const ids of [["local"], ["cloud"], ["local"], ["local", "cloud", "gone"]]) await tests.run(ids);
  assertEquals(server.notified.map(({ summary, body, replacesId }) => [summary, body, replacesId]), [
    ["Ollama on this machine works", "1 model, 4 ms.", 0],
    ["Your cloud does not work", "cloud.invalid cannot be reached. Check it.", 0],
    ["Ollama on this machine works", "1 model, 4 ms.", 1],
    [
      "1 of 2 model servers works",
      "Ollama on this machine: 1 model, 4 ms.\nYour cloud: cloud.invalid cannot be reached. Check it.",
      0,
    ],
  ]);
});

Deno.test({ name: "BackendTests only writes the log where notifications are off", ignore }, async () => {
  const { desktop, server, tests } = await scene();
  await using _ = desktop;
  desktop.configure({ desktop: { notifications: false } });
  await tests.run(["cloud"]);
  assertEquals([server.notified, server.asked], [[], 0]);
  assertEquals(desktop.log.map(({ message }) => message), ["The connection test failed"]);
});

Deno.test({ name: "BackendTests rejects where there is nothing to test", ignore }, async () => {
  const { desktop, tests } = await scene();
  await using _ = desktop;
  await assertRejects(() => tests.run(["x", "y"]), Error, 'No backend is called "x, y"');
});
