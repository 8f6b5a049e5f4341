import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { AppState } from "../../state/app_state.ts";
import type { Store } from "../../state/store.ts";
import { Inhibitor, type InhibitorOptions } from "./inhibitor.ts";
import { isHeld, nextPhase, sleepComes, type SleepLockPhase } from "./sleep_lock_phase.ts";

export interface SleepLockOptions {
  store: Store<AppState>;
  clock: Clock;
  log: Log;
  /** For the program, beside our own environment; asked when it is started. */
  env?: () => Record<string, string>;
  /** Holds the lock as long as its standard input is open. */
  command?: InhibitorOptions["command"];
}

const systemdInhibit: InhibitorOptions["command"] = [
  "systemd-inhibit",
  "--what=sleep",
  "--mode=delay",
  "--who=CloudToLocalLLM",
  "--why=An answer is being streamed",
  "cat",
];

/** Holds the machine's sleep up, as long as logind allows, while answers run. Without systemd-inhibit it does nothing. */
export class SleepLock implements AsyncDisposable {
  readonly #options: SleepLockOptions;
  readonly #unsubscribe: () => void;
  #phase: SleepLockPhase = { kind: "idle" };
  #isUseless = false;
  #cancelTimer = () => {};
  #inhibitor: Inhibitor | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(options: SleepLockOptions) {
    this.#options = options;
    this.#unsubscribe = options.store.subscribe(({ inFlight }, previous) => {
      if ((inFlight > 0) !== (previous.inFlight > 0)) this.#step();
    });
    this.#step();
  }

  /** The machine is about to sleep. */
  sleepComes(): void {
    this.#to(sleepComes(this.#phase, this.#seen()));
  }

  /** It has woken, or does not sleep after all. */
  awake(): void {
    this.#to(nextPhase({ kind: "idle" }, this.#seen()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    this.#to({ kind: "letting_sleep" });
    await Promise.all(this.#ending);
  }

  #seen(): { now: number; isBusy: boolean } {
    const { clock, store } = this.#options;
    return { now: clock.monotonic(), isBusy: store.state.inFlight > 0 };
  }

  #step(): void {
    this.#to(nextPhase(this.#phase, this.#seen()));
  }

  #to(phase: SleepLockPhase): void {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    this.#phase = phase;
    if (this.#isUseless) return;
    if (isHeld(phase)) this.#hold();
    else this.#release();
    if ("until" in phase) {
      const leftMs = Math.max(0, phase.until - this.#options.clock.monotonic());
      this.#cancelTimer = this.#options.clock.after(leftMs, () => this.#step());
    }
  }

  #hold(): void {
    const { clock, log, command = systemdInhibit, env = () => ({}) } = this.#options;
    const onUseless = () => {
      this.#isUseless = true;
    };
    try {
      this.#inhibitor ??= new Inhibitor({ clock, log, command, env: env(), onUseless });
    } catch (error) {
      this.#isUseless = true;
      log.debug("The machine's sleep cannot be held up for answers", { error: messageOf(error) });
    }
  }

  #release(): void {
    if (!this.#inhibitor) return;
    const ending = this.#inhibitor[Symbol.asyncDispose]().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    this.#inhibitor = undefined;
  }
}
