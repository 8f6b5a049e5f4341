import { assertEquals } from "@std/assert";
import { BusScene, roundTripsUntil } from "../../../tests/support/bus_scene.ts";
import { NotificationServer } from "../../../tests/support/notification_server.ts";
import { isBusMissing } from "../../../tests/support/private_bus.ts";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { Bus } from "../../dbus/types.ts";
import type { HealthState } from "../../state/health_state.ts";
import { Mute } from "./mute.ts";
import { holdMs, sameKindMs } from "./notification_rules.ts";
import { createNotifier } from "./notifier.ts";

const down: Partial<HealthState> = { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 1 } };
const ignore = isBusMissing;

const seen = (local: Partial<HealthState> = {}) => [
  backendState({ url: "http://127.0.0.1:11434" }, { health: local }),
  backendState(cloudInput),
];

/** A notifier that has seen both backends answer, and a server on the same bus. */
class Scene implements AsyncDisposable {
  private constructor(readonly desktop: BusScene, readonly peer: Bus, readonly server: NotificationServer) {}

  static async start(options: { capabilities?: string[] } = {}): Promise<Scene> {
    const desktop = await BusScene.start({ backends: seen() });
    const peer = await desktop.bus.connect();
    const scene = new Scene(desktop, peer, await NotificationServer.start(peer, options));
    desktop.run(createNotifier(desktop.context, desktop));
    await scene.listens();
    return scene;
  }

  async listens(): Promise<void> {
    await roundTripsUntil("the notifier listens", this.peer, () => this.desktop.configListeners > 0);
  }

  /** What is seen of the local backend from now on, and held long enough to be told. */
  async local(health: Partial<HealthState>): Promise<void> {
    this.desktop.store.update((state) => ({ ...state, backends: seen(health) }));
    await this.desktop.fakeClock.advance(holdMs);
  }

  async got(count: number): Promise<void> {
    await this.server.until(`${count} notifications`, ({ notified }) => notified.length >= count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desktop[Symbol.asyncDispose]();
    assertEquals([this.desktop.fakeClock.pending, this.desktop.configListeners], [0, 0]);
  }
}

Deno.test({ name: "the notifier tells a failover and in its place the recovery", ignore }, async () => {
  await using scene = await Scene.start();
  await scene.local(down);
  await scene.got(1);
  await scene.local({});
  await scene.got(2);
  const [failover, recovery] = scene.server.notified;
  assertEquals(failover, {
    id: 1,
    appName: "CloudToLocalLLM",
    replacesId: 0,
    appIcon: failover.appIcon,
    summary: "Your cloud answers now",
    body: "Ollama is not running on 127.0.0.1:11434. Requests go back to Ollama on this machine as soon as it answers.",
    actions: ["default", "Open settings", "retry", "Retry", "mute", "Mute for 1 hour"],
    hints: { urgency: 1, category: "network.error", "desktop-entry": "cloudtolocalllm" },
    expireMs: -1,
  });
  assertEquals([recovery.replacesId, recovery.summary], [1, "Ollama on this machine answers again"]);
  assertEquals([recovery.actions, recovery.hints.urgency], [["default", "Open settings"], 0]);
  assertEquals([scene.server.asked, scene.server.shown.size], [1, 1]);
});

Deno.test({ name: "the notifier does what is clicked, and brings the desktop's token along", ignore }, async () => {
  await using scene = await Scene.start();
  await scene.local(down);
  await scene.got(1);
  scene.server.invoke(1, "default", "token-1");
  scene.server.invoke(1, "default");
  scene.server.invoke(1, "retry", "token-2");
  scene.server.invoke(1, "unknown");
  scene.server.invoke(1, "default", "token-3");
  await scene.desktop.hasPerformed(4);
  assertEquals(scene.desktop.performed, [
    [{ do: "open_settings" }, { activationToken: "token-1" }],
    [{ do: "open_settings" }, { activationToken: undefined }],
    [{ do: "test_backends", backends: ["local"] }, { activationToken: "token-2" }],
    [{ do: "open_settings" }, { activationToken: "token-3" }],
  ]);
});

Deno.test({ name: "the notifier hears only its server, and only of its own notifications", ignore }, async () => {
  await using scene = await Scene.start();
  await scene.local(down);
  await scene.got(1);
  const stranger = await scene.desktop.bus.connect();
  const path = "/org/freedesktop/Notifications";
  const member = { path, interface: "org.freedesktop.Notifications", member: "ActionInvoked" };
  stranger.emit({ ...member, signature: "us", body: [1, "retry"] });
  await roundTripsUntil("the stranger's signal is out", stranger, () => true);
  scene.server.invoke(7, "retry");
  scene.server.signal("ActionInvoked", "su", ["1", 1]);
  scene.server.signal("ActivationToken", "u", [1]);
  scene.server.dismiss(8);
  scene.server.invoke(1, "default");
  await scene.desktop.hasPerformed(1);
  assertEquals(scene.desktop.performed, [[{ do: "open_settings" }, { activationToken: undefined }]]);
});

Deno.test({ name: "the notifier, muted, takes back what it showed and is silent for an hour", ignore }, async () => {
  await using scene = await Scene.start();
  await scene.local(down);
  await scene.got(1);
  scene.server.invoke(1, "mute");
  await scene.server.until("it is closed", ({ closed }) => closed.length === 1);
  await scene.local({});
  await scene.local(down);
  await scene.desktop.fakeClock.advance(3_600_000 - 4 * holdMs);
  await scene.local({});
  await scene.desktop.fakeClock.advance(holdMs);
  await scene.local(down);
  await scene.got(2);
  assertEquals(scene.server.notified.map(({ summary }) => summary), Array(2).fill("Your cloud answers now"));
  assertEquals(scene.server.notified[1].replacesId, 0);
});

Deno.test({ name: "the notifier, when nothing answers, tests every backend in use", ignore }, async () => {
  await using scene = await Scene.start();
  const offline = { reach: { kind: "down", reason: "offline", passes: 0, checks: 1 } } as const;
  const backends = [backendState({}, { health: down }), backendState(cloudInput, { health: offline })];
  scene.desktop.store.update((state) => ({ ...state, backends }));
  await scene.desktop.fakeClock.advance(sameKindMs);
  await scene.got(1);
  assertEquals(scene.server.notified[0].summary, "No model server answers");
  scene.server.invoke(1, "retry");
  await scene.desktop.hasPerformed(1);
  assertEquals(scene.desktop.performed[0][0], { do: "test_backends", backends: ["local", "cloud"] });
});

Deno.test({ name: "the notifier is muted from elsewhere too, and speaks again at once", ignore }, async () => {
  await using desktop = await BusScene.start({ backends: seen() });
  const peer = await desktop.bus.connect();
  const server = await NotificationServer.start(peer);
  const mute = new Mute(desktop.context);
  desktop.run(createNotifier(desktop.context, { link: desktop.link, perform: desktop.perform, mute }));
  await roundTripsUntil("the notifier listens", peer, () => desktop.configListeners > 0);
  const local = async (health: Partial<HealthState>) => {
    desktop.store.update((state) => ({ ...state, backends: seen(health) }));
    await desktop.fakeClock.advance(sameKindMs);
  };
  mute.forAnHour();
  await local(down);
  await local({});
  mute.end();
  await local(down);
  await server.until("one is told", ({ notified }) => notified.length > 0);
  mute.forAnHour();
  await server.until("it is closed", ({ closed }) => closed.length === 1);
  assertEquals(server.notified.length, 1);
});

Deno.test(
  { name: "the notifier tells that a configuration cannot be used, with nothing to test", ignore },
  async () => {
    await using scene = await Scene.start();
    scene.desktop.store.update((state) => ({ ...state, configError: "broken" }));
    await scene.desktop.fakeClock.advance(holdMs);
    await scene.got(1);
    const [{ summary, actions }] = scene.server.notified;
    assertEquals(summary, "The changed configuration is not in use");
    assertEquals(actions, ["default", "Open settings", "mute", "Mute for 1 hour"]);
    scene.desktop.store.update((state) => ({ ...state, configError: null }));
    await scene.desktop.fakeClock.advance(holdMs);
    await scene.server.until("it is closed", ({ closed }) => closed.length === 1);
  },
);

Deno.test({ name: "the notifier follows desktop.notifications at once", ignore }, async () => {
  await using scene = await Scene.start();
  await scene.local(down);
  await scene.got(1);
  scene.desktop.configure({ desktop: { notifications: false } });
  await scene.server.until("it is closed", ({ closed }) => closed.length === 1);
  await scene.local({});
  await scene.desktop.fakeClock.advance(sameKindMs);
  await scene.local(down);
  await scene.local({});
  scene.desktop.configure({ desktop: { notifications: true } });
  await scene.local(down);
  await scene.got(2);
  assertEquals(scene.server.notified.length, 2);
});

Deno.test({ name: "the notifier needs no server, and finds one that comes later or anew", ignore }, async () => {
  await using desktop = await BusScene.start({ backends: seen() });
  const first = await desktop.bus.connect();
  desktop.run(createNotifier(desktop.context, desktop));
  await roundTripsUntil("the notifier listens", first, () => desktop.configListeners > 0);
  const local = async (health: Partial<HealthState>) => {
    desktop.store.update((state) => ({ ...state, backends: seen(health) }));
    await desktop.fakeClock.advance(sameKindMs);
  };
  await local(down);
  await desktop.logged(/no server for notifications/);
  const server = await NotificationServer.start(first);
  await local({});
  await server.until("the recovery", ({ notified }) => notified.length === 1);
  first.close();
  const second = await NotificationServer.start(await desktop.bus.connect(), { firstId: 100, capabilities: [] });
  await local(down);
  await second.until("the failover", ({ notified }) => notified.length === 1);
  const { replacesId, actions } = second.notified[0];
  assertEquals([replacesId, actions, server.asked, second.asked], [0, [], 1, 1]);
  await desktop.stop();
  await second.until("nothing is left", ({ shown }) => shown.size === 0);
});

Deno.test({ name: "the notifier lives through a new bus, and tells nothing twice", ignore }, async () => {
  await using scene = await Scene.start();
  await scene.local(down);
  await scene.got(1);
  await scene.desktop.bus.restart();
  const server = await NotificationServer.start(await scene.desktop.bus.connect(), { firstId: 50 });
  const peer = await scene.desktop.bus.connect();
  await roundTripsUntil("the link is there again", peer, () => scene.desktop.link.bus?.closed.aborted === false);
  await roundTripsUntil("the notifier listens", peer, () => scene.desktop.configListeners > 0);
  await scene.local({});
  await server.until("the recovery", ({ notified }) => notified.length === 1);
  assertEquals([server.notified[0].summary, server.notified[0].replacesId], [
    "Ollama on this machine answers again",
    0,
  ]);
});
