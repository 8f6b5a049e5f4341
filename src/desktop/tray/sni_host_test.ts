import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeWatcher } from "../../../tests/support/desktop_fakes/fake_watcher.ts";
import { entry, modelOf } from "../../../tests/support/desktop_fakes/menus.ts";
import { all, entryCalled, StrictHost } from "../../../tests/support/desktop_fakes/strict_host.ts";
import { DesktopScene, type DesktopSceneOptions } from "../../../tests/support/desktop_context.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { BusError } from "../../dbus/types.ts";
import { openSniHost } from "./sni_host.ts";
import type { TrayAction, TrayModel } from "./tray_model_types.ts";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

type Click = [action: TrayAction, from: { activationToken?: string }];

/** An item on a bus of its own; `watcher` and `host` are what a panel would be. */
async function withItem(
  use: (scene: Awaited<ReturnType<typeof openItem>>) => Promise<void>,
  options: DesktopSceneOptions = {},
): Promise<void> {
  await using bus = await PrivateBus.start();
  const scene = await openItem(bus, options);
  await use(scene);
  await scene.tray.close();
  assertEquals(scene.desktop.fakeClock.pending, 0);
}

async function openItem(bus: PrivateBus, options: DesktopSceneOptions) {
  const desktop = new DesktopScene(options);
  const clicks: Click[] = [];
  const connection = await bus.connect();
  const tray = await openSniHost(connection, {
    context: desktop.context,
    onAction: (...click) => clicks.push(click),
  });
  return { bus, desktop, clicks, connection, tray, clock: desktop.fakeClock };
}

/** The item as a panel meets it, registered and showing `model`. */
async function meet({ bus, tray, desktop }: Awaited<ReturnType<typeof openItem>>, model: Partial<TrayModel> = {}) {
  const watcher = await FakeWatcher.start(await bus.connect());
  tray.show(modelOf(model));
  const host = await StrictHost.meet(await bus.connect(), await watcher.registered());
  const show = async (next: Partial<TrayModel>) => {
    await desktop.fakeClock.advance(1_000);
    tray.show(modelOf(next));
    return await host.newSignals();
  };
  return { watcher, host, show };
}

function busTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, ignore: isBusMissing, fn: test });
}

busTest("The item offers exactly the contract, whichever way it is read", () =>
  withItem(async (scene) => {
    const { host, watcher } = await meet(scene, { icon: "cloud", title: "T & C", tooltip: "<i>Well</i>" });
    assertEquals(watcher.calls, [{ service: scene.connection.uniqueName, sender: scene.connection.uniqueName }]);
    const item = await host.read();
    assertEquals([item.Id, item.Category, item.Status], ["cloudtolocalllm", "ApplicationStatus", "Active"]);
    assertEquals([item.Title, item.IconName, item.AttentionIconName], ["T + C", "", ""]);
    assertEquals(item.ToolTip, ["", [], "T + C", "‹i›Well‹/i›"]);
    assertEquals([item.AttentionIconPixmap, item.ItemIsMenu, item.WindowId, item.IconThemePath], [[], false, 0, ""]);
    assert(item.IconPixmap[0][2].some((byte) => byte !== 0), "There is a picture");
    await host.readMenu();
  }));

busTest("An error asks for attention with the same picture", () =>
  withItem(async (scene) => {
    const { host, show } = await meet(scene);
    assertEquals(await show({ icon: "error" }), ["NewIcon", "NewAttentionIcon", "NewStatus"]);
    const item = await host.read();
    assertEquals(item.Status, "NeedsAttention");
    assertEquals(item.AttentionIconPixmap, item.IconPixmap);
    assertEquals(await show({}), ["NewIcon", "NewAttentionIcon", "NewStatus"]);
    assertEquals((await host.read()).AttentionIconPixmap, []);
  }));

busTest("An installed icon is named, unless the user has set its colour", async () => {
  const folder = await Deno.makeTempDir({ prefix: "icons-" });
  await Deno.mkdir(`${folder}/icons/hicolor/symbolic/apps`, { recursive: true });
  await Deno.writeTextFile(`${folder}/icons/hicolor/symbolic/apps/cloudtolocalllm-error-symbolic.svg`, "<svg/>");
  const env = { XDG_DATA_HOME: folder, XDG_CURRENT_DESKTOP: "KDE" };
  await withItem(async (scene) => {
    const { host, show } = await meet(scene);
    await show({ icon: "error" });
    const { IconName, AttentionIconName } = await host.read();
    assertEquals([IconName, AttentionIconName], Array(2).fill("cloudtolocalllm-error-symbolic"));
    scene.desktop.configure({ desktop: { icon: "light" } });
    assertEquals(await show({ icon: "error" }), ["NewIcon", "NewAttentionIcon"]);
    assertEquals((await host.read()).IconName, "");
  }, { env });
  await Deno.remove(folder, { recursive: true });
});

busTest("Each kind of change is told by its own signal, and no change by none", () =>
  withItem(async (scene) => {
    const { host, show } = await meet(scene);
    const { root } = await host.readMenu();
    assertEquals(await show({}), []);
    assertEquals(await show({ title: "Other" }), ["NewTitle", "NewToolTip"]);
    assertEquals(await show({ title: "Other", tooltip: "Other." }), ["NewToolTip"]);
    assertEquals(await show({ colour: "dark" }), ["NewTitle", "NewIcon", "NewToolTip"]);
    const menu = [entry.item("settings", { label: "Settings", action: { do: "open_settings" } })];
    assertEquals(await show({ colour: "dark", menu }), ["ItemsPropertiesUpdated"]);
    const reworded = await host.readMenu();
    assertEquals([reworded.revision, reworded.root.children[0].id], [1, root.children[0].id]);
    assertEquals(await show({ colour: "dark", menu: [...menu, entry.separator("s")] }), ["LayoutUpdated"]);
    const rebuilt = await host.readMenu();
    assertEquals(rebuilt.revision, 2);
    const before = new Set(all(root).map(({ id }) => id).filter((id) => id !== 0));
    assert(all(rebuilt.root).every(({ id }) => !before.has(id)), "Ids are fresh");
    await host.read();
  }));

busTest("Clicks become actions, with the token of the desktop once", () =>
  withItem(async (scene) => {
    const menu = [
      entry.toggle("check", "pause", { action: { do: "pause_cloud" } }),
      entry.submenu("more", [entry.item("quit", { label: "quit_it", action: { do: "quit" } })]),
    ];
    const { host } = await meet(scene, { menu });
    const { root } = await host.readMenu();
    const { clicks } = scene;
    await host.ask("ProvideXdgActivationToken", "s", ["token-1"]);
    await host.ask("Activate", "ii", [10, 20]);
    await host.ask("Activate", "ii", [-1, 0]);
    assertEquals(clicks.splice(0), [
      [{ do: "open_settings" }, { activationToken: "token-1" }],
      [{ do: "open_settings" }, {}],
    ]);
    await host.ask("SecondaryActivate", "ii", [0, 0]);
    await host.ask("ContextMenu", "ii", [0, 0]);
    await host.ask("Scroll", "is", [120, "vertical"]);
    assertEquals(clicks.splice(0), [[{ do: "pause_cloud" }, {}]]);
    await host.askMenu("AboutToShow", "i", [0]);
    await host.ask("ProvideXdgActivationToken", "s", ["x".repeat(2_000)]);
    const { id } = entryCalled(root, "quit__it");
    await host.askMenu("Event", "isvu", [id as number, "clicked", { signature: "i", value: 0 }, 123]);
    assertEquals(clicks, [[{ do: "quit" }, {}]]);
  }));

busTest("The item registers with a late watcher, and with each that comes after it", () =>
  withItem(async (scene) => {
    const { bus } = scene;
    const first = await meet(scene);
    first.watcher.stop();
    const second = await FakeWatcher.start(await bus.connect());
    assertEquals(await second.registered(), scene.connection.uniqueName);
    assertEquals(await first.show({ title: "Still there" }), ["NewTitle", "NewToolTip"]);
    assertEquals((await first.host.read()).Title, "Still there");
    assertEquals([first.watcher.calls.length, second.calls.length], [1, 1]);
  }));

busTest("The item is not registered before it has something to show", () =>
  withItem(async (scene) => {
    const watcher = await FakeWatcher.start(await scene.bus.connect());
    await scene.connection.call({
      destination: "org.freedesktop.DBus",
      path: "/",
      interface: "org.freedesktop.DBus.Peer",
      member: "Ping",
    });
    assertEquals(watcher.calls, []);
    scene.tray.show(modelOf());
    await watcher.registered();
  }));

busTest("A watcher that refuses is complained of once", () =>
  withItem(async ({ bus, desktop, tray }) => {
    const first = await FakeWatcher.start(await bus.connect(), { refuses: true });
    tray.show(modelOf());
    await first.registered();
    await desktop.logged(/does not take the tray icon/);
    first.stop();
    const second = await FakeWatcher.start(await bus.connect(), { refuses: true });
    await second.registered();
    second.stop();
    const third = await FakeWatcher.start(await bus.connect());
    await third.registered();
    assertEquals(desktop.log.filter(({ level }) => level === "warn").length, 1);
  }));

busTest("close() takes the item from its watcher, and the end of the bus ends the host", async () => {
  await using bus = await PrivateBus.start();
  const first = await openItem(bus, {});
  const { watcher } = await meet(first);
  await first.tray.close();
  await watcher.emptied();
  const second = await openItem(bus, {});
  second.tray.show(modelOf());
  second.tray.show(modelOf({ title: "Waits for its turn" }));
  await bus.stop();
  await inTime("the host ends with its bus", second.tray.closed);
  assertEquals(second.clock.pending, 0);
  second.tray.show(modelOf({ title: "Too late" }));
  await second.tray.close();
});

busTest("Hostile calls are refused and change nothing", () =>
  withItem(async (scene) => {
    const { host } = await meet(scene);
    const menu = await host.readMenu();
    const refused = (...call: Parameters<StrictHost["call"]>) => assertRejects(() => host.call(...call), BusError);
    const places = [["/StatusNotifierItem", "org.kde.StatusNotifierItem"], ["/MenuBar", "com.canonical.dbusmenu"]];
    for (const [path, name] of places) {
      for (const member of ["toString", "constructor", "emit", "hasOwnProperty", "__proto__", "Nothing"]) {
        await refused(path, name, member);
        await refused(path, "org.freedesktop.DBus.Properties", "Get", "ss", [name, member]);
      }
      const write = [name, "Status", { signature: "s", value: "Passive" }];
      await refused(path, "org.freedesktop.DBus.Properties", "Set", "ssv", write);
    }
    await refused("/StatusNotifierItem", "org.kde.StatusNotifierItem", "Activate", "ss", ["a", "b"]);
    await refused("/StatusNotifierItem", "org.kde.StatusNotifierItem", "Activate");
    await refused("/MenuBar", "com.canonical.dbusmenu", "GetLayout", "s", ["0"]);
    for (const id of [-1, 2, 2 ** 31 - 1, -(2 ** 31)]) {
      await refused("/MenuBar", "com.canonical.dbusmenu", "GetLayout", "iias", [id, -1, []]);
      await refused("/MenuBar", "com.canonical.dbusmenu", "AboutToShow", "i", [id]);
      await refused("/MenuBar", "com.canonical.dbusmenu", "GetProperty", "is", [id, "label"]);
    }
    const many = Array.from({ length: 2_500 }, (_, at) => at);
    const [properties] = await host.askMenu("GetGroupProperties", "aias", [many, []]);
    assertEquals((properties as unknown[]).length, 2);
    const clicked = { signature: "s", value: "" };
    const [unknown] = await host.askMenu("EventGroup", "a(isvu)", [many.map((id) => [id % 3, "clicked", clicked, 0])]);
    assertEquals([unknown, scene.clicks.splice(0)], [[2], [[{ do: "open_settings" }, {}]]]);
    assertEquals(await host.readMenu(), menu);
    await host.read();
    assertEquals([scene.clicks, await host.newSignals()], [[], []]);
  }));

busTest("A thousand changes in a second are told ten times, the last one last", () =>
  withItem(async (scene) => {
    const { host } = await meet(scene);
    for (let at = 1; at <= 1_000; at++) {
      const menu = [entry.item("settings", { label: `${at}` }), ...(at % 2 ? [entry.separator("s")] : [])];
      scene.tray.show(modelOf({ title: `${at}`, icon: at % 3 ? "local" : "error", menu }));
      assert(scene.clock.pending <= 1);
      await scene.clock.advance(1);
    }
    await scene.clock.advance(100);
    const signals = Object.groupBy(await host.newSignals(), (member) => member);
    for (const [member, all] of Object.entries(signals)) assert(all!.length <= 11, `${all!.length} times ${member}`);
    assert(signals.NewTitle!.length >= 10);
    assertEquals((await host.read()).Title, "1000");
    assertEquals((await host.readMenu()).root.children.map(({ properties }) => properties.label), ["1000"]);
  }));

busTest("A long flood of changes keeps nothing", () =>
  withItem(async (scene) => {
    const { host } = await meet(scene);
    const flood = async (changes: number) => {
      for (let at = 1; at <= changes; at++) {
        const menu = Array.from({ length: 20 }, (_, key) => entry.item(`${at}:${key}`, { label: "x".repeat(50) }));
        scene.tray.show(modelOf({ title: `${at}`, menu }));
        await scene.clock.advance(100);
        if (at % 20 === 0) await host.newSignals();
      }
    };
    await flood(200);
    const before = usedHeap();
    await flood(1_000);
    const grownBytes = usedHeap() - before;
    // What was shown in between are some 4 MB.
    assert(grownBytes < 1_000_000, `${grownBytes} bytes more`);
  }));

function usedHeap(): number {
  gc();
  return Deno.memoryUsage().heapUsed;
}
