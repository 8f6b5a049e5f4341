import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { PartSeen } from "../core/part_seen.ts";
import type { RequestRecord } from "../broker/request_record.ts";
import type { Config } from "../config/schema.ts";
import type { RecentUse, UsageBucket, UsageRange, UsageReader, UsageSummary } from "../state/usage.ts";
import { rowOfRecord, type UsageRow } from "./row_of_record.ts";
import type { UsageArchive } from "./usage_archive.ts";

export interface UsageRecordOptions {
  /** The database; made at the first row. */
  path: string;
  config: () => Config["usage"];
  clock: Clock;
  log: Log;
  /** Told how it fares: after each use of the file, and when it is switched on or off. */
  report?: (seen: PartSeen) => void;
}

/** Rows wait so long for others to be written with: what a killed process loses. */
const gatherMs = 1_000;
/** So many are written at once; as many do not wait. */
const batchRows = 1_000;
/** Between two batches, so that requests get their turn. */
const pauseMs = 20;
/** So many wait while they cannot be written; then the oldest are lost. */
const maxWaiting = 5_000;
const retry = { firstMs: 250, longestMs: 60_000 };
/** An open database that nobody uses is closed, and its memory given back. */
const idleMs = 60_000;
const dayMs = 86_400_000;
/** Old rows are looked for this often while new ones come; else once a day. */
const pruneMs = 3_600_000;

/**
 * The record of use: takes finished requests without waiting for anything, writes them in the background, and reads
 * them. All that touches the file is loaded at the first row.
 */
export class UsageRecord implements UsageReader, AsyncDisposable {
  readonly #options: UsageRecordOptions;
  #waiting: UsageRow[] = [];
  #lost = 0;
  #retryMs = retry.firstMs;
  #archive: UsageArchive | undefined;
  /** The last call of the archive; the next waits for it. */
  #last: Promise<unknown> = Promise.resolve();
  #cancelWrite: (() => void) | undefined;
  #cancelIdle = () => {};
  #cancelPrune = () => {};
  #prunedAt = -Infinity;
  #isClosed = false;

  constructor(options: UsageRecordOptions) {
    this.#options = options;
    this.#last = this.#planFirstPrune();
    this.#report();
  }

  /** Takes up a finished request, unless the configuration says not to. */
  record(record: RequestRecord): void {
    if (!this.#options.config().record || this.#isClosed) return;
    if (this.#waiting.length >= maxWaiting) {
      this.#waiting.shift();
      this.#lost++;
    }
    this.#waiting.push(rowOfRecord(record));
    if (!this.#cancelWrite) this.#planWrite(gatherMs);
    else if (this.#waiting.length === batchRows) this.#planWrite(0);
  }

  /** To be called after a change of the configuration: what waits is not written once recording is off. */
  configChanged(): void {
    if (!this.#options.config().record) this.#waiting = [];
    this.#report();
    // Perhaps less is to be kept now.
    if (this.#archive) this.#planPrune(gatherMs);
  }

  summary(range: UsageRange): Promise<UsageSummary> {
    return this.#read((archive) => archive.summary(range));
  }

  series(range: UsageRange & { buckets: number }): Promise<UsageBucket[]> {
    return this.#read((archive) => archive.series(range));
  }

  recent(options: { limit: number; before?: number }): Promise<RecentUse[]> {
    return this.#read((archive) => archive.recent(options));
  }

  cloudTokens(sinceMs: number): Promise<number | null> {
    return this.#read((archive) => archive.cloudTokens(sinceMs));
  }

  problem(): string | null {
    return this.#archive?.problem ?? null;
  }

  clear(): Promise<void> {
    this.#waiting = [];
    return this.#inTurn((archive) => archive.clear());
  }

  /** Writes what waits, and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    if (this.#waiting.length > 0) await this.#inTurn((archive) => this.#writeAll(archive));
    await this.#last;
    if (this.#waiting.length > 0) {
      this.#options.log.warn("Requests were not recorded", { count: this.#waiting.length, reason: this.problem() });
    }
    this.#archive?.close();
    for (const cancel of [this.#cancelWrite, this.#cancelIdle, this.#cancelPrune]) cancel?.();
  }

  #read<T>(read: (archive: UsageArchive) => Promise<T>): Promise<T> {
    return this.#inTurn(async (archive) => {
      await this.#writeAll(archive);
      return await read(archive);
    });
  }

  /** One call after the other; the archive is loaded at the first. */
  #inTurn<T>(run: (archive: UsageArchive) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      const { path, clock, log } = this.#options;
      this.#archive ??= new (await import("./usage_archive.ts")).UsageArchive({ path, clock, log });
      try {
        return await run(this.#archive);
      } finally {
        this.#planClose();
        this.#report();
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }

  #report(): void {
    const { config, report } = this.#options;
    const reason = this.#archive?.failure ?? null;
    if (reason !== null) report?.({ state: "failed", reason });
    else report?.({ state: config().record ? "running" : "off" });
  }

  #planWrite(ms: number): void {
    this.#cancelWrite?.();
    if (this.#isClosed) return;
    this.#cancelWrite = this.#options.clock.after(ms, () => void this.#inTurn((archive) => this.#writeSome(archive)));
  }

  async #writeSome(archive: UsageArchive): Promise<void> {
    this.#cancelWrite = undefined;
    const isWritten = await this.#writeBatch(archive);
    if (this.#waiting.length > 0) this.#planWrite(isWritten ? pauseMs : this.#nextRetryMs());
    if (isWritten && this.#options.clock.monotonic() - this.#prunedAt >= pruneMs) this.#planPrune(gatherMs);
  }

  async #writeAll(archive: UsageArchive): Promise<void> {
    while (this.#waiting.length > 0 && await this.#writeBatch(archive));
  }

  async #writeBatch(archive: UsageArchive): Promise<boolean> {
    const batch = this.#waiting.slice(0, batchRows);
    if (batch.length === 0) return true;
    const isWritten = await archive.write(batch);
    if (!isWritten) return false;
    // Others may have come, been lost or been dropped meanwhile.
    const written = new Set(batch);
    this.#waiting = this.#waiting.filter((row) => !written.has(row));
    this.#retryMs = retry.firstMs;
    if (this.#lost > 0) this.#options.log.warn("Requests were not recorded", { count: this.#lost });
    this.#lost = 0;
    return true;
  }

  #nextRetryMs(): number {
    // What is not told is another daemon's turn.
    if (this.problem() === null) return retry.firstMs;
    const ms = this.#retryMs;
    this.#retryMs = Math.min(retry.longestMs, ms * 2);
    return ms;
  }

  #planClose(): void {
    this.#cancelIdle();
    if (this.#isClosed) return;
    this.#cancelIdle = this.#options.clock.after(idleMs, () => {
      this.#last = this.#last.then(() => this.#archive?.close());
    });
  }

  /** What an earlier daemon left gets old also while nobody asks for anything. */
  async #planFirstPrune(): Promise<void> {
    const isThere = await Deno.stat(this.#options.path).then(() => true, () => false);
    if (isThere) this.#planPrune(dayMs);
  }

  #planPrune(ms: number): void {
    this.#cancelPrune();
    if (this.#isClosed) return;
    this.#cancelPrune = this.#options.clock.after(ms, () => void this.#inTurn((archive) => this.#prune(archive)));
  }

  async #prune(archive: UsageArchive): Promise<void> {
    const { clock, config } = this.#options;
    this.#prunedAt = clock.monotonic();
    const hasMore = await archive.prune(clock.now() - config().keepDays * dayMs);
    this.#planPrune(hasMore ? pauseMs : dayMs);
  }
}
