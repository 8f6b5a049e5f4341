import { assert, assertEquals } from "@std/assert";
import { settle } from "../../tests/support/fake_clock.ts";
import { healthy, localInput, MonitorScene } from "../../tests/support/monitor_scene.ts";
import { cloudInput } from "../../tests/support/states.ts";
import { stubFailure } from "../../tests/support/stub_backend.ts";
import type { RouteMode } from "../core/types.ts";

Deno.test("Monitor asks every enabled backend at once, with one timer for all", async () => {
  await using scene = new MonitorScene(localInput, cloudInput, { ...localInput, id: "off", enabled: false });
  assertEquals(scene.clock.pending, 1);
  await scene.clock.advance(0);
  assertEquals([scene.probes("local"), scene.probes("cloud"), scene.probes("off")], [1, 1, 0]);
  assertEquals(scene.clock.pending, 1);
  const { health, models, warm, version, latencyMs } = scene.state();
  assertEquals(health.reach, { kind: "up", failures: 0 });
  assertEquals<unknown>({ models, warm, version, latencyMs }, healthy);
});

Deno.test("Monitor asks what is up every 10 s, and an unused cloud backend every 5 min", async () => {
  await using scene = new MonitorScene(localInput, cloudInput);
  await scene.clock.advance(60_000);
  assertEquals([scene.probes("local"), scene.probes("cloud")], [7, 1]);
  await scene.clock.advance(240_000);
  assertEquals(scene.probes("cloud"), 2);
});

Deno.test("Monitor asks a cloud backend more often while it is used", async () => {
  await using scene = new MonitorScene(cloudInput);
  await scene.clock.advance(299_000);
  const succeeded = { kind: "request_succeeded", model: "llama3.2" } as const;
  scene.monitor.observe("cloud", { ...succeeded, at: scene.clock.monotonic() });
  await scene.clock.advance(1_000);
  assertEquals(scene.probes("cloud"), 2);
  await scene.clock.advance(10_000);
  assertEquals(scene.probes("cloud"), 3);
  await scene.clock.advance(10_000);
  assertEquals(scene.probes("cloud"), 3, "it was not used since");
});

Deno.test("Monitor marks a killed backend by the first failed request and finds it again within 10 s", async () => {
  await using scene = new MonitorScene(localInput);
  await scene.clock.advance(0);
  scene.answer = "connect_refused";
  scene.fail("connect_refused");
  assertEquals(scene.state().health.reach.kind, "down");
  assertEquals(scene.warnings, ["Backend cannot be used"]);
  await scene.clock.advance(120_000);
  assertEquals(scene.state().health.reach.kind, "down");
  scene.answer = "pass";
  await scene.clock.advance(10_000);
  assertEquals(scene.state().health.reach.kind, "up");
});

Deno.test("Monitor marks down after three failed checks, the second and third soon after the first", async () => {
  await using scene = new MonitorScene(localInput);
  await scene.clock.advance(0);
  scene.answer = "http_503";
  await scene.clock.advance(10_500);
  assertEquals([scene.probes(), scene.state().health.reach.kind], [3, "up"]);
  await scene.clock.advance(500);
  assertEquals([scene.probes(), scene.state().health.reach.kind], [4, "down"]);
});

Deno.test("Monitor gives a check no longer than probeMs", async () => {
  await using scene = new MonitorScene({ ...localInput, timeouts: { probeMs: 700 } });
  scene.answer = null;
  await scene.clock.advance(0);
  await scene.clock.advance(699);
  assertEquals(scene.state().health.reach.kind, "unknown");
  await scene.clock.advance(1);
  assertEquals(scene.state().health.reach, { kind: "down", reason: "unresponsive", passes: 0, checks: 1 });
  assert(scene.stubs.get("local")!.probes[0].signal.aborted);
});

Deno.test("wanted() hastens the next check, but asks no sooner than 2 s after the last", async () => {
  await using scene = new MonitorScene(cloudInput);
  await scene.clock.advance(0);
  scene.monitor.wanted("cloud");
  await scene.clock.advance(1_999);
  assertEquals(scene.probes("cloud"), 1);
  await scene.clock.advance(1);
  assertEquals(scene.probes("cloud"), 2);
  await scene.clock.advance(5_000);
  for (let i = 0; i < 100; i++) scene.monitor.wanted("cloud");
  await scene.clock.advance(0);
  assertEquals([scene.probes("cloud"), scene.clock.pending], [3, 1]);
  scene.monitor.wanted("nobody");
});

Deno.test("wanted() does not ask twice at once", async () => {
  await using scene = new MonitorScene(cloudInput);
  scene.answer = null;
  await scene.clock.advance(0);
  scene.monitor.wanted("cloud");
  await scene.clock.advance(2_500);
  assertEquals(scene.probes("cloud"), 1);
});

Deno.test("refresh() asks a backend at once under its new settings", async () => {
  await using scene = new MonitorScene(cloudInput);
  await scene.clock.advance(1_000);
  scene.configure({ ...cloudInput, url: "https://other.invalid/v1" });
  assertEquals(scene.state("cloud").health.reach.kind, "unknown");
  await scene.clock.advance(0);
  assertEquals([scene.probes("cloud"), scene.state("cloud").health.reach.kind], [1, "up"]);
});

Deno.test("refresh() leaves the checks of unchanged backends alone and forgets removed ones", async () => {
  await using scene = new MonitorScene(localInput, cloudInput);
  await scene.clock.advance(4_000);
  scene.configure(localInput);
  await scene.clock.advance(5_999);
  assertEquals(scene.probes(), 1);
  await scene.clock.advance(1);
  assertEquals(scene.probes(), 2);
  scene.configure({ ...localInput, enabled: false });
  assertEquals(scene.clock.pending, 0);
});

Deno.test("refresh() checks only what the mode allows", async () => {
  await using scene = new MonitorScene();
  const switchTo = (mode: RouteMode) => {
    scene.mode = mode;
    scene.configure(localInput, cloudInput);
  };
  const probes = () => [scene.probes("local"), scene.probes("cloud")];
  switchTo("local-only");
  await scene.clock.advance(600_000);
  scene.monitor.probeAll();
  scene.monitor.wanted("cloud");
  await scene.monitor.probeNow("cloud");
  await scene.clock.advance(2_000);
  assertEquals([probes()[0] > 50, probes()[1]], [true, 0]);
  switchTo("local-first");
  await scene.clock.advance(0);
  assertEquals([scene.probes("cloud"), scene.state("cloud").health.reach.kind], [1, "up"]);
  switchTo("cloud-only");
  const [before] = probes();
  await scene.clock.advance(300_000);
  assertEquals(probes(), [before, 2]);
  switchTo("local-only");
  await scene.clock.advance(600_000);
  assertEquals(scene.probes("cloud"), 2);
});

Deno.test("Monitor ignores the check of a backend that was replaced meanwhile", async () => {
  await using scene = new MonitorScene(localInput);
  scene.answer = null;
  await scene.clock.advance(0);
  const old = scene.stubs.get("local")!;
  scene.configure({ ...localInput, url: "http://127.0.0.1:2" });
  old.probes[0].resolve({ ...healthy, version: "old" });
  await settle();
  assertEquals([scene.state().version, scene.state().health.reach.kind], [undefined, "unknown"]);
  scene.answer = "pass";
  await scene.clock.advance(0);
  assertEquals([scene.probes(), scene.state().version], [1, "0.30.0"]);
});

Deno.test("refreshModels() asks reachable local backends, unless their lists are young, and waits", async () => {
  await using scene = new MonitorScene(localInput, { ...localInput, id: "second" }, cloudInput);
  await scene.clock.advance(0);
  await scene.monitor.refreshModels(1_000);
  assertEquals([scene.probes("local"), scene.probes("second"), scene.probes("cloud")], [1, 1, 1]);
  await scene.clock.advance(1_500);
  scene.fail("connect_refused", "second");
  scene.answer = null;
  let isDone = false;
  const done = scene.monitor.refreshModels(1_000).then(() => isDone = true);
  await settle();
  assertEquals([scene.probes("local"), scene.probes("second"), scene.probes("cloud"), isDone], [2, 1, 1, false]);
  const again = scene.monitor.refreshModels(1_000);
  scene.stubs.get("local")!.probes[1].resolve({ ...healthy, models: [{ name: "new" }] });
  await Promise.all([done, again]);
  assertEquals([scene.state().models, scene.probes("local")], [[{ name: "new" }], 2]);
});

Deno.test("probeNow() and probeAll() ask at once; the pace goes on from there", async () => {
  await using scene = new MonitorScene(localInput, cloudInput);
  await scene.clock.advance(4_000);
  await scene.monitor.probeNow("local");
  assertEquals([scene.probes("local"), scene.clock.nextDueMs], [2, 10_000]);
  scene.monitor.probeAll();
  await scene.clock.advance(0);
  assertEquals([scene.probes("local"), scene.probes("cloud")], [3, 2]);
  await scene.monitor.probeNow("nobody");
});

Deno.test("close() ends a running check and leaves neither timer nor observation", async () => {
  const scene = new MonitorScene(localInput);
  scene.answer = null;
  await scene.clock.advance(0);
  await scene.monitor.close();
  assertEquals([scene.clock.pending, scene.state().health.reach.kind], [0, "unknown"]);
  scene.fail("connect_refused");
  scene.monitor.probeAll();
  assertEquals(scene.clock.pending, 0);
});

Deno.test("acquire() lets one probe through an ejected backend, under permits that never come twice", async () => {
  await using scene = new MonitorScene(localInput);
  await scene.clock.advance(0);
  assertEquals(scene.monitor.acquire("local", "llama3.2"), {});
  for (let i = 0; i < 3; i++) scene.fail("reset");
  assertEquals(scene.monitor.acquire("local", "llama3.2"), undefined);
  await scene.clock.advance(5_000);
  const first = scene.monitor.acquire("local", "llama3.2");
  assert(first?.permit);
  assertEquals(scene.monitor.acquire("local", "llama3.2"), undefined);
  const at = scene.clock.monotonic();
  scene.monitor.observe("local", { kind: "permit_released", at, model: "llama3.2", permit: first.permit });
  const second = scene.monitor.acquire("local", "llama3.2");
  assert(second!.permit! > first.permit);
  assertEquals(scene.monitor.acquire("nobody", "llama3.2"), undefined);
});

Deno.test("Monitor keeps a moving average of the time to first byte", async () => {
  await using scene = new MonitorScene(localInput);
  for (const firstByteMs of [100, 200]) {
    scene.monitor.observe("local", { kind: "request_began", at: 0, model: "llama3.2", firstByteMs });
  }
  assertEquals(scene.state().firstByteMs, 130);
});

Deno.test("probeAll() does not hear checks that began before it", async () => {
  await using scene = new MonitorScene(localInput);
  scene.answer = null;
  await scene.clock.advance(0);
  scene.monitor.probeAll();
  await scene.clock.advance(0);
  const [before, since] = scene.stubs.get("local")!.probes;
  before.reject(stubFailure("local", "reset"));
  await settle();
  assertEquals(scene.state().health.reach.kind, "unknown");
  since.resolve(healthy);
  await settle();
  assertEquals(scene.state().health.reach.kind, "up");
});

Deno.test("refresh() ends the checks on their way to what the mode forbids, and holds it against nobody", async () => {
  await using scene = new MonitorScene(localInput, cloudInput);
  scene.answer = null;
  await scene.clock.advance(0);
  // The check that runs is out of date then, and a second one goes out beside it.
  scene.monitor.probeAll();
  await scene.clock.advance(0);
  const signals = (id: string) => scene.stubs.get(id)!.probes.map(({ signal }) => signal.aborted);
  assertEquals(signals("cloud"), [false, false]);
  scene.mode = "local-only";
  scene.configure(localInput, cloudInput);
  assertEquals([signals("cloud"), signals("local")], [[true, true], [false, false]]);
  await settle();
  assertEquals(scene.state("cloud").health.reach.kind, "unknown");
});

Deno.test("startOver() forgets what was seen with the old token, and does not hear a check that was sent with it", async () => {
  await using scene = new MonitorScene(localInput, cloudInput);
  await scene.clock.advance(0);
  scene.fail("http_401", "cloud");
  scene.answer = null;
  scene.monitor.startOver(["cloud", "gone"]);
  assertEquals([scene.state("cloud").health.reach, scene.state("cloud").health.breaker.kind], [
    { kind: "unknown" },
    "closed",
  ]);
  await scene.clock.advance(0);
  const [, old] = scene.stubs.get("cloud")!.probes;
  scene.monitor.startOver(["cloud"]);
  scene.answer = "pass";
  await scene.clock.advance(0);
  old.reject(stubFailure("cloud", "http_401"));
  await settle();
  assertEquals(scene.state("cloud").health.reach, { kind: "up", failures: 0 });
  assertEquals([scene.probes("local"), scene.probes("cloud")], [1, 3]);
});
