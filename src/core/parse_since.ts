const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * A time that has passed, as people write it: how long ago (`90m`, `24h`, `7d`, `4w`), a day (`2026-01-05`, from its
 * beginning in local time) or a moment (ISO 8601). In ms since 1970; `undefined` when it is none of these.
 */
export function parseSince(text: string, now: number): number | undefined {
  const ago = /^(\d{1,6})([mhdw])$/i.exec(text);
  if (ago) return now - Number(ago[1]) * unitsMs[ago[2].toLowerCase() as keyof typeof unitsMs];
  const moment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!moment) return undefined;
  // Without a time JavaScript would take UTC.
  const at = Date.parse(moment[1] === undefined ? `${text}T00:00` : text);
  return Number.isNaN(at) ? undefined : at;
}
