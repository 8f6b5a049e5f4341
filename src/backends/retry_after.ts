const longestMs = 3_600_000;

/**
 * The pause that a Retry-After header asks for, in ms: seconds or an HTTP date (RFC 9110, section 10.2.3), at most one
 * hour. `undefined` when it is absent or not understood. `now` is ms since 1970.
 */
export function parseRetryAfterMs(value: string | null, now: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : dateMs(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(longestMs, Math.max(0, ms));
}

/** `Date.parse` takes many things for a date that are none, `-5` among them: one of HTTP begins with its weekday. */
function dateMs(text: string): number {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return NaN;
  // The oldest of the three forms lacks the zone, which is always GMT.
  return Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
}
