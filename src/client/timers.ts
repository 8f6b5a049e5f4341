import type { Timers } from "./link_parts.ts";

export const systemTimers: Timers = {
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; rejects with the signal's reason as soon as that aborts. */
export function pause(ms: number, { timers, signal }: { timers: Timers; signal: AbortSignal }): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = timers.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** `promise`, or the signal's reason as soon as that aborts; what the promise does then is of no interest. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** A signal that aborts with any of `signals`, or with `reason()` after `ms`. End it, so that no timer is left. */
export function deadline(
  ms: number | undefined,
  { timers, signals, reason }: { timers: Timers; signals: readonly (AbortSignal | undefined)[]; reason: () => unknown },
): { signal: AbortSignal; end(): void } {
  const own = new AbortController();
  const end = ms === undefined ? () => {} : timers.after(ms, () => own.abort(reason()));
  return { signal: anyOf([own.signal, ...signals]), end };
}

/** A signal that aborts with the first of these. */
export function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
