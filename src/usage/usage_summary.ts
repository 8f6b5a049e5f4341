import type { UsageRange, UsageShare, UsageShares, UsageSummary, UsageTotals } from "../state/usage.ts";
import { FirstByteCounts } from "./first_byte_steps.ts";
import type { Dimension, Sums } from "./hour_sums.ts";

/** Sums as they are read: of one name and one location. */
export interface NamedSums extends Sums {
  name: string;
  location: string;
}

/** How many names are told one by one. */
const shownNames = 10;

/** What is said of a range; the same name may come several times. Pure. */
export function summaryOf(
  { since, until }: UsageRange,
  parts: Record<Dimension, readonly NamedSums[]> & { firstBytes: FirstByteCounts },
): UsageSummary {
  const { firstBytes } = parts;
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    ...totalOf(parts.backend),
    firstByteMs: { p50: firstBytes.quantile(0.5), p95: firstBytes.quantile(0.95) },
    byBackend: sharesOf(parts.backend),
    byModel: sharesOf(parts.model),
    byApp: sharesOf(parts.app),
  };
}

/** The summary of a record that is empty or cannot be read. */
export function emptySummary(range: UsageRange): UsageSummary {
  return summaryOf(range, { backend: [], model: [], app: [], firstBytes: new FirstByteCounts() });
}

function sharesOf(sums: readonly NamedSums[]): UsageShares {
  const named = Map.groupBy(sums, ({ name }) => name);
  const shares = [...named].map(([name, parts]): UsageShare => ({ name, ...totalOf(parts) }));
  shares.sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
  const top = shares.slice(0, shownNames);
  const hidden = shares.slice(shownNames);
  if (hidden.length === 0) return { top, others: null };
  const isHidden = new Set(hidden.map(({ name }) => name));
  const others = totalOf(sums.filter(({ name }) => isHidden.has(name)));
  return { top, others: { names: hidden.length, ...others } };
}

function totalOf(sums: readonly NamedSums[]): UsageTotals {
  const total: UsageTotals = {
    requests: 0,
    failed: 0,
    failedOver: 0,
    tokens: { local: { input: 0, output: 0 }, cloud: { input: 0, output: 0 } },
    uncounted: { local: 0, cloud: 0 },
  };
  for (const { location, ...sum } of sums) {
    total.requests += sum.requests;
    total.failed += sum.failed;
    total.failedOver += sum.failedOver;
    if (location !== "local" && location !== "cloud") continue;
    total.tokens[location].input += sum.tokensIn;
    total.tokens[location].output += sum.tokensOut;
    total.uncounted[location] += sum.uncounted;
  }
  return total;
}
