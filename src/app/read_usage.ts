import type { Paths } from "../config/paths.ts";
import { messageOf } from "../core/errors.ts";
import type { UsageBucket, UsageRange, UsageSummary } from "../state/usage.ts";
import { openUsageToRead } from "../usage/open_usage.ts";
import { BucketList } from "../usage/usage_buckets.ts";
import { series, summary } from "../usage/usage_queries.ts";
import { emptySummary } from "../usage/usage_summary.ts";
import { usagePath } from "./usage_path.ts";

/** What a daemon would tell of its record of use, where none runs. Nothing is changed. Throws when it cannot be read. */
export async function readUsage(
  paths: Pick<Paths, "stateDir">,
  range: UsageRange & { buckets: number },
): Promise<{ summary: UsageSummary; series: UsageBucket[] }> {
  const path = usagePath(paths);
  try {
    const database = await openUsageToRead(path);
    if (!database) return { summary: emptySummary(range), series: new BucketList(range, range.buckets).finished() };
    try {
      return { summary: summary(database.db, range), series: series(database.db, range) };
    } finally {
      database.close();
    }
  } catch (cause) {
    throw new Error(`Cannot read the record of use ${path}: ${messageOf(cause)}`, { cause });
  }
}
