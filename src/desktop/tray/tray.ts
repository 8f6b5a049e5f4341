import { LinkedAbort } from "../../core/abort.ts";
import { messageOf } from "../../core/errors.ts";
import type { Service } from "../../core/supervise.ts";
import { untilAborted } from "../../core/until_aborted.ts";
import { sessionBusAddress } from "../../dbus/address.ts";
import { connectBus } from "../../dbus/connect.ts";
import type { Bus } from "../../dbus/types.ts";
import type { LoginStart } from "../../state/login_start.ts";
import { type BusLink, eachConnection } from "../bus_link.ts";
import { iconColour, watchColorScheme } from "./color_scheme.ts";
import type { DesktopContext } from "../context.ts";
import { HostKeeper } from "./host_keeper.ts";
import { Mute } from "../notifications/mute.ts";
import type { PerformAction } from "../actions/perform_action.ts";
import { openSniHost, watcherName } from "./sni_host.ts";
import { trayChoice, type TrayKind } from "./tray_choice.ts";
import type { OnTrayAction, TrayHost } from "./tray_host.ts";
import { TrayView } from "./tray_view.ts";

type OpenHost = (
  options: { context: DesktopContext; onAction: OnTrayAction; signal: AbortSignal },
) => Promise<TrayHost>;

export interface TrayParts {
  /** The session's bus. */
  link: BusLink;
  perform: PerformAction;
  /** What the check mark "Start at login" shows. Default: that of the context. */
  loginStart?: Pick<LoginStart, "isEnabled" | "subscribe">;
  /** What the check mark of muted notifications shows. Default: one that nobody mutes. */
  mute?: Mute;
  /** A connection to the session's bus for the item alone. Default: by the address in the environment. */
  connect?: (signal: AbortSignal) => Promise<Bus>;
  /**
   * Default: GTK in a process of its own. Rejects with an error called GtkMissing where that can never be; after any
   * other it is tried again.
   */
  openGtk?: OpenHost;
  /** From 0 up to 1, for jitter. */
  random?: () => number;
}

/** Time for a panel to appear: they start after programs that start with the session, and start again when they fall. */
const graceMs = 3_000;

/**
 * The icon in the tray, wherever this desktop can show one: as a StatusNotifierItem as soon as a panel takes those, by
 * GTK in X11's older trays where none does. Follows the state and the configuration; with `desktop.tray` off nothing of
 * it runs.
 */
export function createTray(context: DesktopContext, parts: TrayParts): Service {
  const machine = { canGtk: hasX11(context.env), hasToldOfNowhere: false, hasToldOfNoDisplay: false };
  return {
    name: "tray",
    async run(signal) {
      while (await isWanted(context, signal)) {
        using abort = new LinkedAbort(signal);
        using unsubscribe = new DisposableStack();
        unsubscribe.defer(context.onConfig(({ desktop }) => {
          if (!desktop.tray) abort.abort(new Error("The tray is switched off"));
        }));
        await new Tray(context, parts, machine).run(abort.signal);
      }
    },
  };
}

/** What stays known until the next start of the program. */
interface Machine {
  canGtk: boolean;
  hasToldOfNowhere: boolean;
  hasToldOfNoDisplay: boolean;
}

/** The tray while it is switched on. */
class Tray {
  readonly #context: DesktopContext;
  readonly #parts: TrayParts;
  readonly #machine: Machine;
  readonly #loginStart: NonNullable<TrayParts["loginStart"]>;
  readonly #mute: Mute;
  readonly #view: TrayView;
  readonly #keeper: HostKeeper;
  #scheme = 0;
  #startsAtLogin: boolean | undefined;
  #hasWatcher = false;
  #isGraceOver = false;
  #cancelGrace = () => {};

  constructor(context: DesktopContext, parts: TrayParts, machine: Machine) {
    this.#context = context;
    this.#parts = parts;
    this.#machine = machine;
    this.#loginStart = parts.loginStart ?? context.loginStart;
    this.#mute = parts.mute ?? new Mute(context);
    const desktop = context.env("XDG_CURRENT_DESKTOP");
    this.#view = new TrayView(context, () => ({
      colour: iconColour(context.config().desktop.icon, { scheme: this.#scheme, desktop }),
      startsAtLogin: this.#startsAtLogin,
      notifications: context.config().desktop.notifications ? { mutedUntil: this.#mute.until } : undefined,
    }));
    this.#keeper = new HostKeeper({
      clock: context.clock,
      log: context.log,
      random: parts.random,
      choose: (shown) => this.#choose(shown),
      open: (kind, signal) => kind === "sni" ? this.#openSni(signal) : this.#openGtk(signal),
      onHost: (host) => {
        this.#view.host = host;
        if (host) this.#context.reportPart("tray", { state: "running" });
      },
      onFailure: (reason) => this.#context.reportPart("tray", { state: "failed", reason }),
    });
  }

  /** Until the signal aborts; should one part of it fail, the others end too. */
  async run(signal: AbortSignal): Promise<void> {
    using _view = this.#view;
    using all = new LinkedAbort(signal);
    using stops = new DisposableStack();
    stops.defer(() => this.#cancelGrace());
    stops.defer(this.#mute.subscribe(() => this.#view.look()));
    stops.defer(this.#loginStart.subscribe((isEnabled) => this.#sawLoginStart(isEnabled)));
    this.#context.reportPart("tray", { state: "waiting", reason: "A panel that shows tray icons is looked for" });
    this.#askLoginStart();
    this.#waitForWatcher();
    const works = [this.#followBus(all.signal), this.#keeper.run(all.signal)];
    for (const work of works) work.catch((error) => all.abort(error));
    const ends = await Promise.allSettled(works);
    const failed = ends.find((end) => end.status === "rejected");
    if (failed && !signal.aborted) throw failed.reason;
  }

  #choose(shown: TrayKind | undefined): TrayKind | undefined {
    const { canGtk } = this.#machine;
    const choice = trayChoice({ hasWatcher: this.#hasWatcher, isGraceOver: this.#isGraceOver, canGtk, shown });
    if (!choice && this.#isGraceOver) this.#tellOfNowhere();
    return choice;
  }

  #tellOfNowhere(): void {
    const reason = "No panel shows tray icons here; the icon appears when one does";
    this.#context.reportPart("tray", { state: "waiting", reason });
    if (!this.#machine.hasToldOfNowhere) this.#context.log.info(reason);
    this.#machine.hasToldOfNowhere = true;
  }

  /** For each connection anew: is there a watcher, which style does the desktop prefer. */
  #followBus(signal: AbortSignal): Promise<void> {
    return eachConnection(this.#parts.link, signal, async (bus, connected) => {
      using stops = new DisposableStack();
      stops.defer(() => this.#sawWatcher(false));
      stops.defer(await bus.watchName(watcherName, (owner) => this.#sawWatcher(owner !== undefined)));
      const watching = watchColorScheme(bus, (scheme) => {
        this.#scheme = scheme;
        this.#view.look();
      });
      stops.defer(await watching);
      await untilAborted(connected);
    });
  }

  #sawWatcher(hasWatcher: boolean): void {
    if (hasWatcher === this.#hasWatcher) return;
    this.#hasWatcher = hasWatcher;
    if (hasWatcher) {
      this.#cancelGrace();
      this.#isGraceOver = false;
    } else this.#waitForWatcher();
    this.#keeper.look();
  }

  #waitForWatcher(): void {
    this.#cancelGrace = this.#context.clock.after(graceMs, () => {
      this.#isGraceOver = true;
      this.#keeper.look();
    });
  }

  async #openSni(signal: AbortSignal): Promise<TrayHost> {
    const { clock, env } = this.#context;
    const { connect = () => connectBus(sessionBusAddress(env)!, { clock, signal }) } = this.#parts;
    const bus = await connect(signal);
    const end = () => bus.close();
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    try {
      return await openSniHost(bus, { context: this.#context, onAction: this.#onAction });
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #openGtk(signal: AbortSignal): Promise<TrayHost> {
    const { openGtk = openGtkLazily } = this.#parts;
    try {
      const host = await openGtk({ context: this.#context, onAction: this.#onAction, signal });
      this.#machine.hasToldOfNoDisplay = false;
      return host;
    } catch (error) {
      this.#tellWithoutGtk(error);
      throw error;
    }
  }

  /** Errors are known by their names: their classes are loaded only with GTK. */
  #tellWithoutGtk(error: unknown): void {
    const name = error instanceof Error ? error.name : "";
    if (name === "GtkMissing") {
      this.#machine.canGtk = false;
      this.#context.log.info("No tray icon in trays of X11", { reason: messageOf(error) });
    } else if (name === "DisplayClosed" && !this.#machine.hasToldOfNoDisplay) {
      this.#machine.hasToldOfNoDisplay = true;
      const reason = messageOf(error);
      this.#context.log.info("No tray icon in trays of X11 for now; it is tried again", { reason });
    }
  }

  readonly #onAction: OnTrayAction = async (action, from) => {
    await this.#parts.perform(action, from);
    if (action.do === "start_at_login") this.#askLoginStart();
  };

  #askLoginStart(): void {
    this.#loginStart.isEnabled().then((isEnabled) => this.#sawLoginStart(isEnabled), () => {});
  }

  #sawLoginStart(isEnabled: boolean): void {
    this.#startsAtLogin = isEnabled;
    this.#view.look();
  }
}

async function openGtkLazily(options: Parameters<OpenHost>[0]): Promise<TrayHost> {
  const { openGtkHost } = await import("./gtk_host.ts");
  return await openGtkHost(options);
}

/** GtkStatusIcon does nothing on Wayland, also where programs of X11 can run. */
function hasX11(env: DesktopContext["env"]): boolean {
  return Boolean(env("DISPLAY")) && !env("WAYLAND_DISPLAY");
}

/** Waits until the configuration wants a tray; `false`: the signal aborted. */
async function isWanted({ config, onConfig }: DesktopContext, signal: AbortSignal): Promise<boolean> {
  const found = Promise.withResolvers<boolean>();
  const end = () => found.resolve(false);
  using stops = new DisposableStack();
  stops.defer(onConfig(({ desktop }) => desktop.tray && found.resolve(true)));
  signal.addEventListener("abort", end, { once: true });
  stops.defer(() => signal.removeEventListener("abort", end));
  if (signal.aborted) end();
  else if (config().desktop.tray) found.resolve(true);
  return await found.promise;
}
