import type { Clock } from "../../src/core/clock.ts";

/** A clock that moves only when told. Timers due run in order of their time; microtasks are let run in between. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #start = this.#now;
  #timers: { at: number; fn: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait: zero when nothing was left behind. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next timer is due, in ms from now; `undefined` when none waits. */
  get nextDueMs(): number | undefined {
    if (this.#timers.length === 0) return undefined;
    return Math.min(...this.#timers.map((timer) => timer.at)) - this.#now;
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.#now = Math.max(this.#now, due.at);
      due.fn();
      await settle();
    }
    this.#now = until;
    await settle();
  }
}

/** Lets pending microtasks run, without a timer. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
