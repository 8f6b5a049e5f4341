const longestMs = 3_600_000;

/**
 * The pause that a Retry-After header asks for, in ms: seconds or an HTTP date (RFC 9110, section 10.2.3), at most one
 * hour. `undefined` when it is absent or not understood. `now` is ms since 1970.
 */
export function parseRetryAfterMs(value: string | null, now: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(longestMs, Math.max(0, ms));
}
