import type { Clock } from "../core/clock.ts";

export interface GatheredOptions {
  clock: Clock;
  /** Two calls are at least this far apart. */
  everyMs: number;
}

/** Calls something as soon as it is asked to, but not all the time: what is asked meanwhile becomes one late call. */
export class Gathered implements Disposable {
  readonly #act: () => void;
  readonly #options: GatheredOptions;
  #lastAt = -Infinity;
  #cancelTimer: (() => void) | undefined;

  constructor(act: () => void, options: GatheredOptions) {
    this.#act = act;
    this.#options = options;
  }

  ask(): void {
    if (this.#cancelTimer) return;
    const { clock, everyMs } = this.#options;
    const waitMs = this.#lastAt + everyMs - clock.monotonic();
    if (waitMs <= 0) return this.#call();
    this.#cancelTimer = clock.after(waitMs, () => this.#call());
  }

  /** What was asked for and has not come yet is forgotten. */
  [Symbol.dispose](): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #call(): void {
    this.#cancelTimer = undefined;
    this.#lastAt = this.#options.clock.monotonic();
    this.#act();
  }
}
