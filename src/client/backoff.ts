import type { Backoff } from "./options.ts";

export const defaultBackoff: Backoff = { firstMs: 100, factor: 2, mostMs: 5_000, jitter: 0.5 };

/** The pause after the failure with this number, 0 first. `random` is from 0 to 1. Pure. */
export function backoffMs(failure: number, { firstMs, factor, mostMs, jitter }: Backoff, random: number): number {
  const whole = Math.min(mostMs, firstMs * factor ** failure);
  return whole * (1 - jitter * random);
}
