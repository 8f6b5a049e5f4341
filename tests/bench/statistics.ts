/** The middle and the ends of repeated measurements, in their own unit. */
export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** The value that `percent` of the values do not exceed, by nearest rank. Throws `RangeError` without values. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new RangeError("Cannot take a percentile: there are no values");
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.ceil(percent / 100 * sorted.length);
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1];
}

/** Throws `RangeError` without values. An even count gives the mean of the two in the middle. */
export function summarize(values: readonly number[]): Summary {
  const min = percentile(values, 0);
  const max = percentile(values, 100);
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const median = (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
  return { median, min, max };
}
