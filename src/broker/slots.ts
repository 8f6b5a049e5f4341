import type { Clock } from "../core/clock.ts";
import { RequestError } from "../core/errors.ts";

interface Waiter {
  ids: readonly string[];
  wake: () => void;
}

export interface SlotsOptions {
  clock: Clock;
  /** How many requests a backend may have at once; 0: no limit. */
  limit: (id: string) => number;
  /** Told of each change, so that the state shows it. */
  onChange: (id: string, inFlight: number) => void;
}

/** Counts the requests that each backend is answering, and lets others wait for their turn in order of arrival. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #used = new Map<string, number>();
  #waiters: Waiter[] = [];

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  inFlight(id: string): number {
    return this.#used.get(id) ?? 0;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  isFree(id: string): boolean {
    const limit = this.#options.limit(id);
    return limit === 0 || this.inFlight(id) < limit;
  }

  /** Takes a slot; the returned function gives it back, once however often it is called. */
  take(id: string): () => void {
    this.#set(id, this.inFlight(id) + 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#set(id, this.inFlight(id) - 1);
      this.#wakeFor(id);
    };
  }

  /**
   * Waits until one of the backends may have a free slot. Throws {@linkcode RequestError} 503 when `maxQueued` others
   * wait already or `queueMs` pass; the signal's reason when that aborts.
   */
  wait(ids: readonly string[], options: { queueMs: number; maxQueued: number; signal: AbortSignal }): Promise<void> {
    const { queueMs, maxQueued, signal } = options;
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#waiters.length >= maxQueued) {
      return Promise.reject(new RequestError(503, `Too many requests wait already (${maxQueued}); try again later`));
    }
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        cancelTimer();
        signal.removeEventListener("abort", onAbort);
        done();
      };
      const waiter: Waiter = { ids, wake: () => settle(resolve) };
      const onAbort = () => settle(() => reject(signal.reason));
      const cancelTimer = this.#options.clock.after(queueMs, () => {
        settle(() => reject(new RequestError(503, "Every backend stayed busy (route.queueMs); try again later")));
      });
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  /** Wakes the next for each of these that is free: who had waited for them, and was woken, did not take them all. */
  handOn(ids: Iterable<string>): void {
    for (const id of ids) this.#wakeFor(id);
  }

  /** Wakes all who wait: whom they may ask has changed. */
  wakeAll(): void {
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  #set(id: string, count: number): void {
    if (count === 0) this.#used.delete(id);
    else this.#used.set(id, count);
    this.#options.onChange(id, count);
  }

  #wakeFor(id: string): void {
    if (!this.isFree(id)) return;
    this.#waiters.find((waiter) => waiter.ids.includes(id))?.wake();
  }
}
