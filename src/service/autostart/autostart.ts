import type { LoginStart } from "../../state/login_start.ts";
import type { UnitTarget, UserUnit } from "../systemd/user_unit.ts";
import type { XdgAutostart } from "./xdg_autostart.ts";

export interface AutostartOptions {
  env: (name: string) => string | undefined;
  xdg: XdgAutostart;
  unit: UserUnit;
}

/** By what the daemon starts at login; `null`: by nothing. */
export type AutostartMeans = "systemd" | "xdg" | null;

/**
 * Start at login by the means that this session has, and never by two: a systemd unit where the session reaches
 * graphical-session.target or there is no desktop, an autostart entry elsewhere. A desktop that does not start that
 * target (i3, XFCE without systemd) would never start the unit, so that it merely exists proves nothing.
 */
export class Autostart implements LoginStart {
  readonly #options: AutostartOptions;
  readonly #listeners = new Set<(enabled: boolean) => void>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: AutostartOptions) {
    this.#options = options;
  }

  async means(): Promise<AutostartMeans> {
    const { unit, xdg } = this.#options;
    if (await unit.isEnabled()) return "systemd";
    return await xdg.isEnabled() ? "xdg" : null;
  }

  /** What cannot be looked at, for HOME is not set, starts nothing. */
  async isEnabled(): Promise<boolean> {
    return await this.means().catch(() => null) !== null;
  }

  set(enabled: boolean): Promise<void> {
    const done = this.#queue.then(() => enabled ? this.#enable() : this.#disable()).then(() => {
      for (const listener of [...this.#listeners]) listener(enabled);
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  subscribe(listener: (enabled: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #enable(): Promise<void> {
    const { unit, xdg } = this.#options;
    const target = await this.#target();
    if (target === undefined) {
      await xdg.set(true);
      if (await unit.isEnabled()) await unit.disable();
      return;
    }
    await unit.enable(target);
    await xdg.set(false);
  }

  async #disable(): Promise<void> {
    const { unit, xdg } = this.#options;
    await xdg.set(false);
    if (await unit.isEnabled()) await unit.disable();
  }

  /** What starts it where systemd can; `undefined`: here an autostart entry is the way. */
  async #target(): Promise<UnitTarget | undefined> {
    const { env, unit } = this.#options;
    if (await unit.isReached("graphical-session.target")) return "graphical-session.target";
    const hasDesktop = ["DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP"].some((name) => env(name));
    return !hasDesktop && await unit.isReached("default.target") ? "default.target" : undefined;
  }
}
