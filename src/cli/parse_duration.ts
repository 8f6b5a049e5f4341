const unitsMs = { h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** A duration as people type it, `90s`, `30m` or `1h30m`, in ms; `undefined` when it is none, or no time at all. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/i.exec(text);
  if (!match) return undefined;
  const [hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0));
  const ms = hours * unitsMs.h + minutes * unitsMs.m + seconds * unitsMs.s;
  return ms > 0 ? ms : undefined;
}
