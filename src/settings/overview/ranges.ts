/** How far back the overview looks, and into how many parts its plots divide that. */
export interface Range {
  id: string;
  label: string;
  ms: number;
  buckets: number;
}

const hourMs = 3_600_000;

export const ranges: readonly Range[] = [
  { id: "1h", label: "1 hour", ms: hourMs, buckets: 30 },
  { id: "24h", label: "24 hours", ms: 24 * hourMs, buckets: 24 },
  { id: "7d", label: "7 days", ms: 7 * 24 * hourMs, buckets: 42 },
  { id: "30d", label: "30 days", ms: 30 * 24 * hourMs, buckets: 30 },
];

/** The range of this id; a day where there is none. */
export function rangeOf(id: string | undefined): Range {
  return ranges.find((range) => range.id === id) ?? ranges[1];
}
