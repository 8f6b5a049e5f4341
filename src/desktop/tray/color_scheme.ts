import { type Bus, BusError, type Value } from "../../dbus/types.ts";
import type { IconColour } from "./tray_model_types.ts";

/** Of org.freedesktop.appearance: 1 prefers dark, 2 prefers light, 0 and whatever else says nothing. */
export type ColorScheme = number;

/**
 * The colour of the icon. GNOME's bar is dark whatever style programs prefer; elsewhere that style is the best guess at
 * the colour of the panel. XFCE and others may have a dark panel above light programs, and then the user's setting
 * `desktop.icon` says better. `desktop`: XDG_CURRENT_DESKTOP, names with colons between.
 */
export function iconColour(
  setting: "auto" | "light" | "dark",
  { scheme, desktop = "" }: { scheme: ColorScheme; desktop?: string },
): IconColour {
  if (setting !== "auto") return setting;
  if (scheme === 1 || desktop.split(":").includes("GNOME")) return "light";
  return scheme === 2 ? "dark" : "grey";
}

const portal = "org.freedesktop.portal.Desktop";
const settings = { path: "/org/freedesktop/portal/desktop", interface: "org.freedesktop.portal.Settings" };
const namespace = "org.freedesktop.appearance";
const key = "color-scheme";
const timeoutMs = 10_000;

/**
 * Tells the style that the desktop prefers, at once and at each change, until the returned function is called. Starts the
 * portal when it does not run; that there is none is normal, and whatever goes wrong leaves the last answer standing.
 */
export async function watchColorScheme(bus: Bus, onScheme: (scheme: ColorScheme) => void): Promise<() => void> {
  using stops = new DisposableStack();
  const reader = stops.use(new SchemeReader(bus, onScheme));
  const changed = { ...settings, sender: portal, member: "SettingChanged", arg0: namespace };
  stops.defer(await bus.watch(changed, ({ body }) => reader.hear(body)));
  stops.defer(await bus.watchName(portal, (owner) => reader.follow(owner)));
  const all = stops.move();
  return () => all.dispose();
}

class SchemeReader implements Disposable {
  readonly #bus: Bus;
  readonly #onScheme: (scheme: ColorScheme) => void;
  readonly #end = new AbortController();
  #isFirst = true;
  /** Counts what was asked and heard: an answer that is overtaken does not count. */
  #turn = 0;

  constructor(bus: Bus, onScheme: (scheme: ColorScheme) => void) {
    this.#bus = bus;
    this.#onScheme = onScheme;
  }

  [Symbol.dispose](): void {
    this.#end.abort(new Error("Nobody asks for the style any more"));
  }

  follow(owner: string | undefined): void {
    if (owner || this.#isFirst) void this.#read();
    this.#isFirst = false;
  }

  hear([, changedKey, value]: readonly Value[]): void {
    if (changedKey === key) this.#tell(value);
  }

  #tell(value: Value): void {
    this.#turn++;
    this.#onScheme(typeof value === "number" ? value : 0);
  }

  async #read(): Promise<void> {
    const turn = ++this.#turn;
    const value = await this.#ask("ReadOne").catch((error) => isUnknown(error) ? this.#ask("Read") : undefined)
      .catch(() => undefined);
    if (value !== undefined && turn === this.#turn && !this.#end.signal.aborted) this.#tell(value);
  }

  async #ask(member: string): Promise<Value> {
    const call = { ...settings, destination: portal, member, signature: "ss", body: [namespace, key] };
    const [value] = await this.#bus.call(call, { autoStart: true, timeoutMs, signal: this.#end.signal });
    return value;
  }
}

/** ReadOne came with version 2. Read wraps its answer twice, which makes no difference here. */
function isUnknown(error: unknown): boolean {
  return error instanceof BusError && error.busName === "org.freedesktop.DBus.Error.UnknownMethod";
}
