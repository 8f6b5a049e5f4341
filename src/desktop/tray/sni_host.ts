import { messageOf } from "../../core/errors.ts";
import type { Bus } from "../../dbus/types.ts";
import { activationTokenOf } from "../activation_token.ts";
import type { DesktopContext } from "../context.ts";
import { DbusMenu, menuInterface } from "./dbus_menu.ts";
import { Gathered } from "../gathered.ts";
import { secondaryAction } from "./secondary_action.ts";
import {
  itemInterface,
  type ItemLook,
  itemLook,
  type ItemSignal,
  itemSignals,
  statusNotifierItem,
} from "./status_notifier_item.ts";
import { namedIcons } from "./symbolic_icons.ts";
import type { OnTrayAction, TrayHost } from "./tray_host.ts";
import type { TrayAction, TrayIcon, TrayModel } from "./tray_model_types.ts";

export interface SniHostOptions {
  context: Pick<DesktopContext, "clock" | "log" | "env" | "config">;
  onAction: OnTrayAction;
  /** By which panels know the item again. */
  id?: string;
}

/** Panels register items here; on which bus name is known, on which peer changes with the panel. */
export const watcherName = "org.kde.StatusNotifierWatcher";
const watcherPath = "/StatusNotifierWatcher";
const itemPath = "/StatusNotifierItem";
const menuPath = "/MenuBar";

/** Changes within this time are told as one: each makes every panel read the whole item. */
const gatherMs = 100;

/**
 * The tray as a StatusNotifierItem, registered with the watcher of the moment and each that comes after it, once there
 * is something to show. `bus` has to be a connection for it alone, and is closed with it: there is no other way to take
 * an item back, for watchers wait for its connection to end.
 */
export async function openSniHost(bus: Bus, options: SniHostOptions): Promise<TrayHost> {
  try {
    const host = new SniHost(bus, options, await namedIcons(options.context.env));
    await host.start();
    return host;
  } catch (error) {
    bus.close();
    throw error;
  }
}

class SniHost implements TrayHost {
  readonly closed: Promise<void>;
  readonly #bus: Bus;
  readonly #options: SniHostOptions;
  readonly #namedIcons: ReadonlySet<TrayIcon>;
  readonly #menu = new DbusMenu((action) => this.#act(action));
  readonly #told: Gathered;
  #model: TrayModel | undefined;
  #look: ItemLook | undefined;
  #watcher: string | undefined;
  #hasComplained = false;
  #activationToken: string | undefined;

  constructor(bus: Bus, options: SniHostOptions, named: ReadonlySet<TrayIcon>) {
    this.#bus = bus;
    this.#options = options;
    this.#namedIcons = named;
    this.#told = new Gathered(() => this.#tell(), { clock: options.context.clock, everyMs: gatherMs });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise.then(() => this.#told[Symbol.dispose]());
    if (bus.closed.aborted) resolve();
    else bus.closed.addEventListener("abort", () => resolve(), { once: true });
  }

  /** Everything is there to be read before any watcher hears of it. */
  async start(): Promise<void> {
    const { id = "cloudtolocalllm" } = this.#options;
    this.#bus.export(
      itemPath,
      statusNotifierItem({
        id,
        menuPath,
        look: () => this.#look ?? nothingYet,
        onActivate: () => this.#act({ do: "open_settings" }),
        onSecondaryActivate: () => this.#act(this.#model && secondaryAction(this.#model.menu)),
        onActivationToken: (token) => this.#keepToken(token),
      }),
    );
    this.#bus.export(menuPath, this.#menu.exported);
    await this.#bus.watchName(watcherName, (owner) => {
      this.#watcher = owner;
      void this.#register();
    });
  }

  show(model: TrayModel): void {
    if (this.#bus.closed.aborted) return;
    this.#model = model;
    this.#told.ask();
  }

  async close(): Promise<void> {
    this.#bus.close();
    await this.closed;
  }

  #tell(): void {
    const model = this.#model!;
    const isIconFixed = this.#options.context.config().desktop.icon !== "auto";
    const before = this.#look;
    const look = itemLook(model, isIconFixed ? noIcons : this.#namedIcons);
    const menuSignal = this.#menu.show(model.menu);
    this.#look = look;
    if (!before) return void this.#register();
    for (const signal of itemSignals(before, look)) this.#emit(itemPath, itemInterface, signal);
    if (menuSignal) this.#emit(menuPath, menuInterface, menuSignal);
  }

  #emit(path: string, name: string, signal: ItemSignal): void {
    this.#bus.emit({ path, interface: name, ...signal });
  }

  /** Watchers take the unique name, and find the item at the path that all items have. */
  async #register(): Promise<void> {
    const watcher = this.#watcher;
    if (!watcher || !this.#look) return;
    try {
      await this.#bus.call({
        destination: watcher,
        path: watcherPath,
        interface: watcherName,
        member: "RegisterStatusNotifierItem",
        signature: "s",
        body: [this.#bus.uniqueName],
      });
    } catch (error) {
      // A panel that went while it was asked is no failure, nor is our own end.
      if (watcher === this.#watcher && !this.#bus.closed.aborted) this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    const fields = { error: messageOf(error) };
    this.#options.context.log.warn("The panel does not take the tray icon; the next one is asked again", fields);
  }

  #keepToken(token: string): void {
    this.#activationToken = activationTokenOf(token);
  }

  /** A token is good for what was clicked next, once. */
  #act(action: TrayAction | undefined): void {
    if (!action) return;
    const activationToken = this.#activationToken;
    this.#activationToken = undefined;
    this.#options.onAction(action, activationToken === undefined ? {} : { activationToken });
  }
}

const noIcons: ReadonlySet<TrayIcon> = new Set();

/** What a peer reads that looks before the first model: nobody has been told of the item by then. */
const nothingYet: ItemLook = {
  icon: "idle",
  colour: "grey",
  iconName: "",
  title: "CloudToLocalLLM",
  toolTip: "",
  status: "Active",
};
