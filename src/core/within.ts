import type { Clock } from "./clock.ts";

/** What the promise gives, or a rejection with `late()` when that takes longer than `ms`. Leaves no timer behind. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  { clock, late }: { clock: Clock; late: () => unknown },
): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => limit.reject(late()));
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    cancel();
  }
}
