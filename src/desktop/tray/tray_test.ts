import { assertEquals } from "@std/assert";
import { DesktopScene, type DesktopSceneOptions } from "../../../tests/support/desktop_context.ts";
import { FakePortal } from "../../../tests/support/desktop_fakes/fake_portal.ts";
import { FakeWatcher } from "../../../tests/support/desktop_fakes/fake_watcher.ts";
import { entryCalled, StrictHost } from "../../../tests/support/desktop_fakes/strict_host.ts";
import { settle } from "../../../tests/support/fake_clock.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { untilAborted } from "../../core/until_aborted.ts";
import { withPause } from "../../state/changes.ts";
import { BusLink } from "../bus_link.ts";
import { createTray } from "./tray.ts";
import type { OnTrayAction, TrayHost } from "./tray_host.ts";
import type { TrayAction, TrayModel } from "./tray_model_types.ts";

/** Something that happens again and again, and can be waited for. */
class Happenings<T> {
  readonly all: T[] = [];
  readonly #listeners = new Set<() => void>();

  add(one: T): void {
    this.all.push(one);
    for (const listener of [...this.#listeners]) listener();
  }

  /** The first one that fits, of those before and after now. */
  async find(what: string, fits: (one: T, at: number) => boolean): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const look = () => {
      const at = this.all.findIndex(fits);
      if (at >= 0) resolve(this.all[at]);
    };
    this.#listeners.add(look);
    look();
    const found = await inTime(what, promise);
    this.#listeners.delete(look);
    return found;
  }
}

/** Stands for GTK: it shows nothing, but remembers it. */
class StubGtk implements TrayHost {
  readonly models = new Happenings<TrayModel>();
  readonly #end = Promise.withResolvers<void>();
  readonly closed = this.#end.promise;
  readonly onAction: OnTrayAction;

  constructor(onAction: OnTrayAction) {
    this.onAction = onAction;
  }

  show(model: TrayModel): void {
    this.models.add(model);
  }

  close(): Promise<void> {
    this.#end.resolve();
    return this.closed;
  }
}

interface TrayScene extends DesktopSceneOptions {
  /** Default: there is one. */
  hasBus?: boolean;
  /** What opening GTK rejects with. */
  gtkError?: Error;
  isGtkSlow?: boolean;
}

async function openTray(bus: PrivateBus, { hasBus = true, gtkError, isGtkSlow, ...options }: TrayScene) {
  const desktop = new DesktopScene(options);
  const gtk = new Happenings<StubGtk>();
  const gtkTries = { count: 0, error: gtkError };
  let openings = 0;
  const clicks = new Happenings<[action: TrayAction, from: { activationToken?: string }]>();
  const login = { isEnabled: false };
  const address = hasBus ? bus.address : undefined;
  const link = new BusLink({ name: "session", address, clock: systemClock, log: silentLog, random: () => 0 });
  const tray = createTray(desktop.context, {
    link,
    connect: () => bus.connect(),
    random: () => 0,
    perform: (...click) => {
      clicks.add(click);
      return Promise.resolve();
    },
    loginStart: { isEnabled: () => Promise.resolve(login.isEnabled), subscribe: () => () => {} },
    async openGtk({ onAction, signal }) {
      gtkTries.count++;
      openings++;
      if (isGtkSlow) await untilAborted(signal);
      openings--;
      if (gtkTries.error) throw gtkTries.error;
      const host = new StubGtk(onAction);
      gtk.add(host);
      return host;
    },
  });
  const stop = new AbortController();
  const connected = hasBus ? Promise.withResolvers<void>() : undefined;
  link.subscribe((there) => there && connected?.resolve());
  const running = Promise.all([link.run(stop.signal), tray.run(stop.signal)]);
  await connected?.promise;
  const end = async () => {
    stop.abort();
    await running;
    assertEquals([desktop.fakeClock.pending, desktop.configListeners, openings], [0, 0, 0]);
  };
  /** The grace for panels passes, or a pause between tries. */
  const wait = async (ms = 3_000) => {
    await settle();
    await desktop.fakeClock.advance(ms);
  };
  /** Lets time pass, of the test and of the bus, until `promise` settles. */
  const passUntil = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false;
    const settled = promise.finally(() => isSettled = true);
    settled.catch(() => {});
    while (!isSettled) {
      await desktop.fakeClock.advance(100);
      await new Promise<void>((resolve) => systemClock.after(2, resolve));
    }
    return await settled;
  };
  const watcher = async () => await FakeWatcher.start(await bus.connect());
  const meet = async (item: string) => await StrictHost.meet(await bus.connect(), item);
  return { bus, desktop, clock: desktop.fakeClock, gtk, gtkTries, clicks, login, end, wait, passUntil, watcher, meet };
}

function trayTest(
  name: string,
  options: TrayScene,
  test: (scene: Awaited<ReturnType<typeof openTray>>) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: isBusMissing,
    async fn() {
      await using bus = await PrivateBus.start();
      const scene = await openTray(bus, options);
      await test(scene);
      await scene.end();
    },
  });
}

const x11 = { env: { DISPLAY: ":99" } };

trayTest("With a watcher the tray is an item that follows the state and takes clicks", x11, async (scene) => {
  const { desktop, clock, clicks, gtkTries } = scene;
  const watcher = await scene.watcher();
  const host = await scene.meet(await watcher.registered());
  assertEquals((await host.read()).Title.startsWith("CloudToLocalLLM"), true);
  await clock.advance(1_000);
  desktop.store.update((state) => withPause(state, { until: null }, desktop.context.config().route));
  await clock.advance(1_000);
  await host.heard("NewToolTip");
  const { root } = await host.readMenu();
  await host.ask("ProvideXdgActivationToken", "s", ["token"]);
  const { id } = entryCalled(root, "Cloud only");
  await host.askMenu("Event", "isvu", [id, "clicked", { signature: "i", value: 0 }, 0]);
  const [action, from] = await clicks.find("the click", () => true);
  assertEquals([action, from], [{ do: "set_mode", mode: "cloud-only" }, { activationToken: "token" }]);
  assertEquals(gtkTries.count, 0);
});

trayTest("Without a watcher GTK shows it after a while, until one appears", x11, async (scene) => {
  const { gtk, gtkTries, clicks, wait, passUntil } = scene;
  await wait(2_999);
  assertEquals(gtkTries.count, 0);
  await wait(1);
  const first = await gtk.find("GTK opens", () => true);
  await first.models.find("GTK is given a model", () => true);
  first.onAction({ do: "quit" }, {});
  await clicks.find("the click", ([action]) => action.do === "quit");
  const watcher = await scene.watcher();
  const item = await watcher.registered();
  await inTime("GTK closes", first.closed);
  // A panel that starts again finds the item; one that stays away makes room for GTK.
  watcher.stop();
  const second = await scene.watcher();
  assertEquals(await second.registered(), item);
  second.stop();
  await passUntil(gtk.find("GTK opens again", (_, at) => at === 1));
});

trayTest("On Wayland and without any display there is only the item, and that is said once", {
  env: { DISPLAY: ":99", WAYLAND_DISPLAY: "wayland-0" },
}, async (scene) => {
  const { desktop, gtkTries, wait } = scene;
  await wait();
  const told = await desktop.logged(/No panel shows tray icons/);
  assertEquals(told.level, "info");
  const watcher = await scene.watcher();
  await watcher.registered();
  assertEquals([gtkTries.count, desktop.log.filter(({ level }) => level !== "debug").length], [0, 1]);
});

trayTest("Without a session bus GTK shows it", { ...x11, hasBus: false }, async ({ gtk, wait }) => {
  await wait();
  const host = await gtk.find("GTK opens", () => true);
  await host.models.find("GTK is given a model", () => true);
});

trayTest("After the bus came back the item registers anew", x11, async (scene) => {
  const { bus, passUntil } = scene;
  await (await scene.watcher()).registered();
  await bus.restart();
  const watcher = await scene.watcher();
  const host = await scene.meet(await passUntil(watcher.registered()));
  assertEquals((await host.read()).Id, "cloudtolocalllm");
});

trayTest("desktop.tray takes the icon away and brings it back, live", x11, async (scene) => {
  const { desktop } = scene;
  const watcher = await scene.watcher();
  await watcher.registered();
  desktop.configure({ desktop: { tray: false } });
  await watcher.emptied();
  desktop.configure({ desktop: { tray: true } });
  await watcher.registered(2);
});

trayTest("The colour follows the desktop's style unless the user sets it", x11, async (scene) => {
  const { bus, desktop, gtk, passUntil, wait } = scene;
  await wait();
  const host = await gtk.find("GTK opens", () => true);
  const portal = await FakePortal.start(await bus.connect(), { scheme: 1 });
  const colour = (wanted: string) => host.models.find(`the icon is ${wanted}`, (model) => model.colour === wanted);
  await colour("grey");
  await passUntil(colour("light"));
  portal.change(2);
  await passUntil(colour("dark"));
  const shown = host.models.all.length;
  desktop.configure({ desktop: { icon: "light" } });
  await passUntil(host.models.find("the user's colour", (model, at) => at >= shown && model.colour === "light"));
});

const errorCalled = (name: string, message: string) => Object.assign(new Error(message), { name });
trayTest("A machine without GTK is told of once and not asked again", {
  ...x11,
  gtkError: errorCalled("GtkMissing", "GTK 3 is not installed"),
}, async (scene) => {
  const { desktop, gtkTries, wait } = scene;
  await wait();
  await wait(600_000);
  desktop.configure({ desktop: { tray: false } });
  await settle();
  desktop.configure({ desktop: { tray: true } });
  await wait(600_000);
  assertEquals(gtkTries.count, 1);
  assertEquals(desktop.log.filter(({ message }) => /trays of X11/.test(message)).length, 1);
  await (await scene.watcher()).registered();
});

trayTest("A display that cannot be opened is told of once and tried again, up to once a minute", {
  ...x11,
  gtkError: errorCalled("DisplayClosed", "The X11 display cannot be opened"),
}, async (scene) => {
  const { desktop, clock, gtk, gtkTries, wait } = scene;
  await wait();
  await wait(600_000);
  assertEquals(gtkTries.count > 20, true);
  assertEquals(clock.nextDueMs! <= 60_000, true);
  assertEquals(desktop.log.filter(({ message }) => /trays of X11/.test(message)).length, 1);
  gtkTries.error = undefined;
  await wait(60_000);
  await gtk.find("GTK opens", () => true);
});

trayTest("The end of the tray waits for GTK that is opening", { ...x11, isGtkSlow: true }, async (scene) => {
  await scene.wait();
  assertEquals(scene.gtkTries.count, 1);
});

trayTest("GTK that falls comes back after a pause", x11, async ({ gtk, wait }) => {
  await wait();
  const first = await gtk.find("GTK opens", () => true);
  void first.close();
  await wait(250);
  const second = await gtk.find("GTK opens again", (_, at) => at === 1);
  await second.models.find("it is given a model", () => true);
});

trayTest("The check mark for the start at login is read again after it was changed", x11, async (scene) => {
  const { gtk, login, clock, wait } = scene;
  await wait();
  const host = await gtk.find("GTK opens", () => true);
  const isChecked = (model: TrayModel) =>
    model.menu.some((item) => item.key === "login" && "checked" in item && item.checked);
  assertEquals(isChecked(host.models.all.at(-1)!), false);
  login.isEnabled = true;
  host.onAction({ do: "start_at_login", enabled: true }, {});
  await settle();
  await clock.advance(200);
  await host.models.find("it is checked", isChecked);
});
