import type { Clock } from "./clock.ts";

export interface AllowanceOptions {
  count: number;
  perMs: number;
}

/** So much within any stretch of time that begins with the first of it, and no more. */
export class Allowance {
  readonly #clock: Clock;
  readonly #options: AllowanceOptions;
  #began = -Infinity;
  #taken = 0;

  constructor(clock: Clock, options: AllowanceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** `false`: there is none left for now. */
  take(): boolean {
    const { count, perMs } = this.#options;
    const now = this.#clock.monotonic();
    if (now - this.#began >= perMs) {
      this.#began = now;
      this.#taken = 0;
    }
    if (this.#taken >= count) return false;
    this.#taken++;
    return true;
  }
}
