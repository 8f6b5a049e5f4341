import type { RecentUse, UsageBucket, UsageRange, UsageSummary } from "../state/usage.ts";
import type { UsageRow } from "./row_of_record.ts";
import { BucketList } from "./usage_buckets.ts";
import { UsageFile, type UsageFileOptions } from "./usage_file.ts";
import { cloudTokens, recent, series, summary } from "./usage_queries.ts";
import { emptySummary } from "./usage_summary.ts";

/** What is written and read, with what is said where the file cannot be used. One call at a time. */
export class UsageArchive {
  readonly #file: UsageFile;

  constructor(options: UsageFileOptions) {
    this.#file = new UsageFile(options);
  }

  get problem(): string | null {
    return this.#file.problem;
  }

  get failure(): string | null {
    return this.#file.failure;
  }

  /** Whether they are in the file now. */
  async write(rows: readonly UsageRow[]): Promise<boolean> {
    const written = await this.#file.write((database) => {
      database.write(rows);
      return true;
    });
    return written ?? false;
  }

  async summary(range: UsageRange): Promise<UsageSummary> {
    return await this.#file.read(({ db }) => summary(db, range)) ?? emptySummary(range);
  }

  async series(range: UsageRange & { buckets: number }): Promise<UsageBucket[]> {
    const found = await this.#file.read(({ db }) => series(db, range));
    return found ?? new BucketList(range, range.buckets).finished();
  }

  async recent(options: { limit: number; before?: number }): Promise<RecentUse[]> {
    return await this.#file.read(({ db }) => recent(db, options)) ?? [];
  }

  async cloudTokens(since: number): Promise<number | null> {
    const found = await this.#file.read(({ db }) => cloudTokens(db, since));
    return found ?? (this.problem === null ? 0 : null);
  }

  clear(): Promise<void> {
    return this.#file.clear();
  }

  prune(before: number): Promise<boolean> {
    return this.#file.prune(before);
  }

  close(): void {
    this.#file.close();
  }
}
