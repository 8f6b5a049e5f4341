import { TimerQueue } from "./timer_queue.ts";

/** Time, passed in so that tests own it. All figures are milliseconds. */
export interface Clock {
  /** Wall clock: milliseconds since 1970. May jump. */
  now(): number;
  /** Never goes back; for durations. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; the returned function cancels it. */
  after(ms: number, fn: () => void): () => void;
}

const monotonic = () => performance.now();
const timers = new TimerQueue(monotonic);

export const systemClock: Clock & { readonly pending: number } = {
  now: () => Date.now(),
  monotonic,
  after: (ms, fn) => timers.after(ms, fn),
  /** How many timers wait: zero when nothing was left behind. */
  get pending() {
    return timers.pending;
  },
};

/** Resolves after `ms`; rejects with the signal's reason as soon as that aborts. Leaves no timer behind. */
export function sleep(ms: number, options: { clock: Clock; signal?: AbortSignal }): Promise<void> {
  const { clock, signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel();
      reject(signal!.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
