import type { Clock } from "../../../src/core/clock.ts";
import { Waiters } from "../../../src/demo/waiters.ts";

interface Timer {
  ms: number;
  dueAt: number;
  fn: () => void;
  id: ReturnType<typeof setTimeout> | undefined;
}

const waitMs = 5_000;

/**
 * The system's time, which a test can move forward: what would come after minutes comes at once, while the sockets go on
 * in real time. It also knows every timer that waits.
 */
export class SkippingClock implements Clock {
  #skippedMs = 0;
  readonly #timers = new Set<Timer>();
  readonly #waiters = new Waiters();

  now(): number {
    return Date.now() + this.#skippedMs;
  }

  monotonic(): number {
    return performance.now() + this.#skippedMs;
  }

  after(ms: number, fn: () => void): () => void {
    const timer: Timer = { ms, dueAt: this.monotonic() + ms, fn, id: undefined };
    this.#timers.add(timer);
    this.#start(timer);
    this.#waiters.changed();
    return () => this.#remove(timer);
  }

  /** Timers that wait now. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Resolves when a timer waits that was set for this long, or for between the two, to the millisecond. */
  waitForTimer(ms: number, atMostMs = ms): Promise<void> {
    const fits = (timer: Timer) => Math.round(timer.ms) >= ms && Math.round(timer.ms) <= atMostMs;
    const isSet = () => [...this.#timers].some(fits) || undefined;
    return this.#waiters.until(`a timer of ${ms} ms`, isSet, waitMs).then(() => {});
  }

  /** Resolves when no timer waits that was set for about this long. */
  waitForTimerGone(ms: number): Promise<void> {
    const isGone = () => [...this.#timers].every((timer) => Math.round(timer.ms) !== ms) || undefined;
    return this.#waiters.until(`no timer of ${ms} ms`, isGone, waitMs).then(() => {});
  }

  /** Resolves when at most `count` timers wait. */
  waitForPending(count: number): Promise<void> {
    const isMet = () => this.#timers.size <= count || undefined;
    return this.#waiters.until(`at most ${count} timers`, isMet, waitMs).then(() => {});
  }

  /** Moves forward; what is due by then runs now, in order. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    const due = [...this.#timers].filter((timer) => timer.dueAt <= this.monotonic());
    for (const timer of due.sort((a, b) => a.dueAt - b.dueAt)) this.#fire(timer);
    for (const timer of this.#timers) this.#start(timer);
  }

  #start(timer: Timer): void {
    clearTimeout(timer.id);
    timer.id = setTimeout(() => this.#fire(timer), Math.max(0, timer.dueAt - this.monotonic()));
  }

  #fire(timer: Timer): void {
    if (!this.#timers.has(timer)) return;
    this.#remove(timer);
    timer.fn();
  }

  #remove(timer: Timer): void {
    clearTimeout(timer.id);
    this.#timers.delete(timer);
    this.#waiters.changed();
  }
}
