import type { Clock } from "../../core/clock.ts";

interface Kept<T> {
  value: Promise<T>;
  /** Monotonic, in ms. */
  at: number;
}

/**
 * What is asked for by every window and at every change, made at most once in `youngMs` for each key, for all of them
 * together. One that failed is made anew.
 */
export class SharedUse<T> {
  readonly #clock: Clock;
  readonly #youngMs: number;
  readonly #kept = new Map<string, Kept<T>>();

  constructor({ clock, youngMs }: { clock: Clock; youngMs: number }) {
    this.#clock = clock;
    this.#youngMs = youngMs;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    const now = this.#clock.monotonic();
    if (known && now - known.at < this.#youngMs) return known.value;
    const value = make();
    this.#kept.set(key, { value, at: now });
    value.catch(() => this.#kept.delete(key));
    return value;
  }
}
