import { FirstByteCounts } from "./first_byte_steps.ts";
import type { UsageRow } from "./row_of_record.ts";

export const hourMs = 3_600_000;

/** What the rows of an hour are summed by. */
export const dimensions = ["backend", "model", "app"] as const;
export type Dimension = typeof dimensions[number];

/** The figures of some rows with one name and one location. */
export interface Sums {
  requests: number;
  failed: number;
  failedOver: number;
  tokensIn: number;
  tokensOut: number;
  uncounted: number;
}

/** One row of the table `hours`. */
export interface HourSum extends Sums {
  by: Dimension;
  /** When the hour begins, ms since 1970. */
  hour: number;
  name: string;
  location: string;
}

export function hourOf(at: number): number {
  return Math.floor(at / hourMs) * hourMs;
}

/** What the rows add to the sums of their hours, and to the hours' first bytes. Pure. */
export function hourSums(rows: readonly UsageRow[]): { sums: HourSum[]; firstBytes: Map<number, FirstByteCounts> } {
  const sums = new Map<string, HourSum>();
  const firstBytes = new Map<number, FirstByteCounts>();
  for (const row of rows) {
    const hour = hourOf(row.at);
    for (const by of dimensions) addTo(sums, row, { by, hour });
    if (row.firstByteStep === null) continue;
    const counts = firstBytes.get(hour) ?? new FirstByteCounts();
    firstBytes.set(hour, counts);
    counts.add(row.firstByteStep, 1);
  }
  return { sums: [...sums.values()], firstBytes };
}

function addTo(sums: Map<string, HourSum>, row: UsageRow, { by, hour }: { by: Dimension; hour: number }): void {
  const { location, [by]: name } = row;
  const key = JSON.stringify([by, hour, name, location]);
  const none = { requests: 0, failed: 0, failedOver: 0, tokensIn: 0, tokensOut: 0, uncounted: 0 };
  const sum = sums.get(key) ?? { by, hour, name, location, ...none };
  sums.set(key, sum);
  sum.requests++;
  sum.failed += row.outcome === "failed" || row.outcome === "incomplete" ? 1 : 0;
  sum.failedOver += row.failedOver;
  sum.tokensIn += row.tokensIn ?? 0;
  sum.tokensOut += row.tokensOut ?? 0;
  sum.uncounted += row.location !== "" && row.tokensIn === null && row.tokensOut === null ? 1 : 0;
}
