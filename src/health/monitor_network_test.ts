import { assertEquals } from "@std/assert";
import { settle } from "../../tests/support/fake_clock.ts";
import { healthy, localInput, MonitorScene } from "../../tests/support/monitor_scene.ts";
import { cloudInput } from "../../tests/support/states.ts";
import { stubFailure } from "../../tests/support/stub_backend.ts";
import type { Surroundings } from "../state/app_state.ts";
import { withSurroundings } from "../state/changes.ts";
import { routability } from "../state/routability.ts";

function setNetwork(scene: MonitorScene, network: Surroundings["network"]): void {
  scene.store.update((state) => withSurroundings(state, { network }, scene.config.route));
  scene.monitor.refresh();
}

Deno.test("Monitor takes the cloud for down at once when the network is lost, and asks it all the same", async () => {
  const onLoopback = { ...cloudInput, id: "proxy", url: "http://127.0.0.1:4000/v1" };
  await using scene = new MonitorScene(localInput, cloudInput, onLoopback);
  await scene.clock.advance(0);
  scene.answer = "dns";
  setNetwork(scene, "offline");
  const reasons = () => ["local", "cloud", "proxy"].map((id) => shown(scene, id));
  assertEquals(reasons(), ["up", "down: This machine is offline", "up"]);
  await scene.clock.advance(0);
  assertEquals([scene.probes("local"), scene.probes("cloud")], [1, 2]);
  await scene.clock.advance(10_000);
  assertEquals([scene.probes("cloud") > 2, shown(scene, "cloud")], [true, "down: This machine is offline"]);
});

Deno.test("Monitor asks the cloud at once when the network is back, and lets requests go there meanwhile", async () => {
  await using scene = new MonitorScene(localInput, cloudInput);
  await scene.clock.advance(0);
  scene.answer = null;
  setNetwork(scene, "portal");
  assertEquals(shown(scene, "cloud"), "down: The network asks for a login before it lets anything through");
  await scene.clock.advance(0);
  const [, duringLoss] = scene.stubs.get("cloud")!.probes;
  setNetwork(scene, "online");
  assertEquals(shown(scene, "cloud"), "unknown: Not checked yet");
  await scene.clock.advance(0);
  assertEquals(scene.probes("cloud"), 3);
  duringLoss.reject(stubFailure("cloud", "dns"));
  await settle();
  assertEquals(
    shown(scene, "cloud"),
    "unknown: Not checked yet",
    "what was asked before the network came says nothing",
  );
  scene.stubs.get("cloud")!.probes[2].resolve(healthy);
  await settle();
  assertEquals(shown(scene, "cloud"), "up");
  scene.answer = "pass";
});

Deno.test("Monitor believes a check more than a network that is said to be lost, until there is news of it", async () => {
  await using scene = new MonitorScene(localInput, cloudInput);
  await scene.clock.advance(0);
  setNetwork(scene, "offline");
  assertEquals(scene.state("cloud").health.reach.kind, "down");
  await scene.clock.advance(0);
  assertEquals(shown(scene, "cloud"), "up");
  setNetwork(scene, "offline");
  assertEquals(shown(scene, "cloud"), "up");
  const added = { ...cloudInput, id: "added" };
  scene.answer = "unreachable";
  scene.configure(localInput, cloudInput, added);
  scene.monitor.refresh();
  assertEquals([shown(scene, "added"), shown(scene, "cloud")], ["down: This machine is offline", "up"]);
});

function shown(scene: MonitorScene, id: string): string {
  const { mode } = scene.store.state;
  const { health, reason } = routability(scene.state(id), { mode, now: scene.clock.monotonic() });
  return reason === null ? health : `${health}: ${reason}`;
}
