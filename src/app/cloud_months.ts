/** What clouds used in one month. */
export interface MonthCount {
  tokens: number;
  /** Of those, the ones that no cloud counted. */
  estimated: number;
  /** When counting began, ms since 1970; `null`: with the month. */
  since: number | null;
}

/** A clock that jumps about makes more of them than there are. */
const keptMonths = 6;

/** The counts in the text of the file, by month. Throws when they are none. */
export function parseMonths(text: string): Map<string, MonthCount> {
  const { months } = JSON.parse(text);
  return new Map(Object.entries(months as Record<string, unknown>).map(([key, value]) => [key, countOf(key, value)]));
}

/** The text of the file; of many months the ones that were counted in last. */
export function renderMonths(months: ReadonlyMap<string, MonthCount>): string {
  return JSON.stringify({ months: Object.fromEntries([...months].slice(-keptMonths)) }) + "\n";
}

function countOf(key: string, value: unknown): MonthCount {
  const { tokens, estimated, since } = value as MonthCount;
  const areCounts = [tokens, estimated].every((count) => Number.isSafeInteger(count) && count >= 0) &&
    estimated <= tokens;
  const isKey = /^\d{4,}-\d\d$/.test(key);
  if (isKey && areCounts && (since === null || isTime(since))) return { tokens, estimated, since };
  throw new Error(`it does not say what was used in ${key.slice(0, 20)}`);
}

/** ms since 1970 that a date can be made of (ECMA-262, section 21.4.1.1). */
function isTime(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0 && ms <= 8.64e15;
}
