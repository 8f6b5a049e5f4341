import { assertEquals, assertStringIncludes } from "@std/assert";
import type { StatusReport } from "../../src/state/status.ts";
import { FakeService, logind, startNetworkManager, upower } from "../support/fake_service.ts";
import { inTime } from "../support/in_time.ts";
import { gate } from "../support/model_server.ts";
import { isBusMissing } from "../support/private_bus.ts";
import { SessionScene } from "../support/session_scene.ts";

const chat = { model: "llama3.2", messages: [{ role: "user", content: "hi" }] };

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isBusMissing ? `${name} (not installed: dbus-daemon)` : name, ignore: isBusMissing, fn });
}

const cloudOf = ({ backends }: StatusReport) => backends[1];

test("without a network the cloud is not asked for that reason, and is asked at once when it is back", async () => {
  await using scene = await SessionScene.start({ mode: "cloud-first" });
  const { broker, cloud } = scene;
  using network = await startNetworkManager(scene.bus);
  await broker.waitFor(({ surroundings, backends }) =>
    surroundings.network === "online" && backends[1].health === "up"
  );
  await cloud.stop();
  network.set({ Connectivity: 1, State: 20 });
  const offline = await broker.waitFor((status) => cloudOf(status).health === "down");
  assertEquals([offline.surroundings.network, cloudOf(offline).reason, cloudOf(offline).routable, offline.active], [
    "offline",
    "This machine is offline",
    false,
    "local",
  ]);
  const answer = await broker.ask("/api/chat", chat);
  assertEquals([answer.headers.get("x-broker-attempts"), answer.status], ["local:ok", 200]);
  await answer.body?.cancel();
  network.set({ Connectivity: 2 });
  const portal = await broker.waitFor(({ surroundings }) => surroundings.network === "portal");
  assertEquals(cloudOf(portal).reason, "The network asks for a login before it lets anything through");
  await cloud.restart();
  network.set({ Connectivity: 4, State: 70 });
  const back = await broker.waitFor((status) => cloudOf(status).health === "up");
  assertEquals([back.surroundings.network, back.active], ["online", "cloud"]);
});

test("a network that nobody manages keeps no backend out: one check that passes says more", async () => {
  await using scene = await SessionScene.start();
  using _network = await startNetworkManager(scene.bus, 1);
  const status = await scene.broker.waitFor((status) =>
    status.surroundings.network === "offline" && cloudOf(status).health === "up"
  );
  assertEquals(cloudOf(status).routable, true);
});

test("a NetworkManager that ends leaves nothing behind, and one that comes later counts", async () => {
  await using scene = await SessionScene.start({ mode: "cloud-first" });
  const { broker } = scene;
  const first = await startNetworkManager(scene.bus);
  first.set({ Metered: 1 });
  const metered = await broker.waitFor(({ surroundings }) => surroundings.isMetered);
  assertEquals([metered.mode, metered.chosenMode, metered.modeReason, metered.active], [
    "local-first",
    "cloud-first",
    "the connection is metered",
    "local",
  ]);
  first[Symbol.dispose]();
  const gone = await broker.waitFor(({ surroundings }) => !surroundings.isMetered);
  assertEquals([gone.surroundings.network, gone.mode], ["unknown", "cloud-first"]);
  using _second = await startNetworkManager(scene.bus);
  await broker.waitFor(({ surroundings }) => surroundings.network === "online");
  await scene.bus.stop();
  await broker.waitFor(({ surroundings }) => surroundings.network === "unknown");
});

test("after sleep every backend is asked at once", async () => {
  await using scene = await SessionScene.start();
  using machine = await FakeService.start(scene.bus, logind);
  using network = await startNetworkManager(scene.bus);
  await scene.broker.waitFor(({ surroundings }) => surroundings.network === "online");
  network.set({ Metered: 1 });
  await scene.broker.waitFor(({ surroundings }) => surroundings.isMetered);
  const { length } = scene.cloud.requests;
  const asked = scene.cloud.waitForRequest((request) => scene.cloud.requests.indexOf(request) >= length);
  machine.emit("PrepareForSleep", "b", [true]);
  machine.emit("PrepareForSleep", "b", [false]);
  assertEquals((await asked).health, true);
});

test("no byte of a running answer is lost to a pause, a lost network, sleep, battery or the end of the bus", async () => {
  await using scene = await SessionScene.start({ mode: "cloud-first" });
  const { broker, cloud } = scene;
  using network = await startNetworkManager(scene.bus);
  using machine = await FakeService.start(scene.bus, logind);
  using power = await FakeService.start(scene.bus, upower, { OnBattery: { signature: "b", value: false } });
  await broker.waitFor(({ surroundings, active }) => surroundings.network === "online" && active === "cloud");
  const whole = await (await broker.ask("/api/chat", chat)).text();
  const rest = gate();
  cloud.script({ kind: "stall_after", frames: 2, until: rest.promise });
  const response = await broker.ask("/api/chat", chat);
  assertEquals(response.headers.get("x-broker-backend"), "cloud");
  const put = { method: "PUT", body: "{}" };
  await (await broker.control("/pause", put)).body?.cancel();
  assertEquals((await broker.status()).active, "local");
  network.set({ Connectivity: 1, State: 20, Metered: 1 });
  power.set({ OnBattery: true });
  await broker.waitFor(({ surroundings: seen }) => seen.network === "offline" && seen.isMetered && seen.isOnBattery);
  machine.emit("PrepareForSleep", "b", [true]);
  machine.emit("PrepareForSleep", "b", [false]);
  await (await broker.control("/pause", { method: "DELETE" })).body?.cancel();
  network.set({ Connectivity: 4, State: 70 });
  await broker.waitFor((status) => status.surroundings.network === "online" && cloudOf(status).health === "up");
  await scene.bus.stop();
  await broker.waitFor(({ surroundings }) => surroundings.network === "unknown" && !surroundings.isOnBattery);
  assertEquals(broker.log.filter((line) => line.includes("The machine is awake")).length, 1);
  rest.resolve();
  const withoutTimes = (text: string) => text.replace(/"(created_at|[a-z_]*duration)":("[^"]*"|\d+)/g, '"$1":0');
  assertEquals(withoutTimes(await inTime("the answer ends", response.text())), withoutTimes(whole));
});

test("a paused cloud is named in what a request is told", async () => {
  await using scene = await SessionScene.start();
  const { broker } = scene;
  const paused = await broker.control("/pause", { method: "PUT", body: '{"forMs":3600000}' });
  const { pause } = await paused.json();
  const date = new Date(pause.until);
  const time = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
  const status = await broker.status();
  assertEquals([cloudOf(status).reason, status.modeReason], [
    `Paused until ${time}`,
    `the cloud is paused until ${time}`,
  ]);
  await scene.local.stop();
  const failed = await broker.ask("/api/chat", chat);
  assertEquals(failed.status, 502);
  assertStringIncludes((await failed.json()).error, `; the cloud is paused until ${time}`);
  const pinned = await broker.ask("/api/chat", chat, { headers: { "x-broker-backend": "cloud" } });
  assertStringIncludes((await pinned.json()).error, `is not asked: the cloud is paused until ${time}`);
  assertEquals(scene.cloud.modelRequests, []);
});
