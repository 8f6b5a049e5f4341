import type { UsageReader } from "../../src/state/usage.ts";
import { emptySummary } from "../../src/usage/usage_summary.ts";

/** A record of use without a row. */
export const noUsage: UsageReader = {
  summary: (range) => Promise.resolve(emptySummary(range)),
  series: () => Promise.resolve([]),
  recent: () => Promise.resolve([]),
  cloudTokens: () => Promise.resolve(0),
  problem: () => null,
  clear: () => Promise.resolve(),
};
