import { messageOf } from "../../core/errors.ts";
import type { DesktopContext } from "../context.ts";
import { Gathered } from "../gathered.ts";
import { nextTimedChange } from "../next_timed_change.ts";
import { trayModel, type TrayModelOptions } from "./tray_model.ts";
import type { TrayHost } from "./tray_host.ts";

/** What the state does not tell. */
export type TrayFacts = Pick<TrayModelOptions, "colour" | "startsAtLogin" | "notifications">;

/** Changes within this time are shown as one. */
const gatherMs = 100;
/** Whether answers run is looked at so often at most, and not at once: short ones come and go without a trace. */
const runningMs = 2_000;

/** Keeps a host showing the present: follows the state, the configuration and what time alone changes. */
export class TrayView implements Disposable {
  readonly #context: DesktopContext;
  readonly #facts: () => TrayFacts;
  readonly #shown: Gathered;
  readonly #unsubscribe: (() => void)[];
  #host: TrayHost | undefined;
  #cancelTimer = () => {};
  #cancelRunning: (() => void) | undefined;
  /** Requests in progress as they are shown. */
  #running = 0;
  #hasComplained = false;

  constructor(context: DesktopContext, facts: () => TrayFacts) {
    this.#context = context;
    this.#facts = facts;
    this.#shown = new Gathered(() => this.#show(), { clock: context.clock, everyMs: gatherMs });
    const look = () => this.look();
    this.#unsubscribe = [context.store.subscribe(look), context.onConfig(look)];
  }

  /** Where it is shown from now on; a new host is given the model at once. */
  set host(host: TrayHost | undefined) {
    this.#host = host;
    if (host) this.#show();
  }

  /** To be called when the facts have changed. */
  look(): void {
    if (!this.#host) return;
    this.#shown.ask();
    if (this.#context.store.state.inFlight !== this.#running) this.#lookAtRunning();
  }

  #lookAtRunning(): void {
    const { clock, store } = this.#context;
    this.#cancelRunning ??= clock.after(runningMs, () => {
      this.#cancelRunning = undefined;
      if (store.state.inFlight === this.#running) return;
      this.#running = store.state.inFlight;
      this.look();
    });
  }

  [Symbol.dispose](): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#shown[Symbol.dispose]();
    this.#cancelTimer();
    this.#cancelRunning?.();
    this.#host = undefined;
  }

  /** Called while the state is being changed: what goes wrong here must not reach who changes it. */
  #show(): void {
    try {
      this.#host?.show(this.#model());
    } catch (error) {
      if (!this.#hasComplained) this.#context.log.error("Cannot show the tray", { error: messageOf(error) });
      this.#hasComplained = true;
    }
    this.#wait();
  }

  #model() {
    const { status, version, clock } = this.#context;
    const report = { ...status(), inFlight: this.#running };
    return trayModel(report, { ...this.#facts(), version, now: clock.now() });
  }

  #wait(): void {
    this.#cancelTimer();
    if (!this.#host) return;
    const { store, clock } = this.#context;
    const now = clock.monotonic();
    const mutedMs = (this.#facts().notifications?.mutedUntil ?? Infinity) - clock.now();
    const nextMs = Math.min((nextTimedChange(store.state, now) ?? Infinity) - now, mutedMs);
    this.#cancelTimer = Number.isFinite(nextMs) ? clock.after(nextMs, () => this.look()) : () => {};
  }
}
