import type { DatabaseSync, StatementSync } from "node:sqlite";
import { FirstByteCounts } from "./first_byte_steps.ts";
import { hourMs, type HourSum, hourSums } from "./hour_sums.ts";
import type { UsageRow } from "./row_of_record.ts";

/** Rows that one step of pruning deletes: some ms of work. */
const prunedAtOnce = 500;
/** Pages of 4 KiB that one step gives back to the file system. */
const freedAtOnce = 128;
/** So few free ones are left for the next rows. */
const keptFree = 32;

const insertRow = `INSERT INTO requests (at, app, dialect, operation, model, backend, location, attempts, reason,
  failed_over, first_byte_ms, first_byte_step, duration_ms, tokens_in, tokens_out, outcome, status)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const addSum = `INSERT INTO hours
  (by, name, location, hour, requests, failed, failed_over, tokens_in, tokens_out, uncounted)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, failed = failed + excluded.failed,
    failed_over = failed_over + excluded.failed_over, tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out, uncounted = uncounted + excluded.uncounted`;

/** What is written to an open record of use. All of it is synchronous; each method is one transaction at most. */
export class UsageDatabase {
  readonly db: DatabaseSync;
  readonly #insertRow: StatementSync;
  readonly #addSum: StatementSync;

  constructor(db: DatabaseSync) {
    this.db = db;
    this.#insertRow = db.prepare(insertRow);
    this.#addSum = db.prepare(addSum);
  }

  /** All rows with their sums, or none. */
  write(rows: readonly UsageRow[]): void {
    const { sums, firstBytes } = hourSums(rows);
    this.#transaction(() => {
      for (const row of rows) this.#insert(row);
      for (const sum of sums) this.#add(sum);
      for (const [hour, counts] of firstBytes) this.#addFirstBytes(hour, counts);
    });
  }

  /** Deletes some of what is older; whether there may be more. */
  prune(before: number): boolean {
    const { changes } = this.db.prepare(
      `DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE at < ? ORDER BY at LIMIT ${prunedAtOnce})`,
    ).run(before);
    if (Number(changes) === prunedAtOnce) return true;
    const hours = this.db.prepare(
      `DELETE FROM hours WHERE (by, name, location, hour) IN
        (SELECT by, name, location, hour FROM hours WHERE hour < ? LIMIT ${prunedAtOnce})`,
    ).run(before - hourMs);
    const firstBytes = this.db.prepare(
      `DELETE FROM first_bytes WHERE hour IN (SELECT hour FROM first_bytes WHERE hour < ? LIMIT ${prunedAtOnce})`,
    ).run(before - hourMs);
    if (Number(hours.changes) === prunedAtOnce || Number(firstBytes.changes) === prunedAtOnce) return true;
    return this.#giveBack();
  }

  /** Deletes every row; nothing of them stays in the file. */
  clear(): void {
    this.#transaction(() => this.db.exec("DELETE FROM requests; DELETE FROM hours; DELETE FROM first_bytes"));
    this.db.exec("VACUUM");
    this.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.db.close();
  }

  #insert(row: UsageRow): void {
    this.#insertRow.run(
      row.at,
      row.app,
      row.dialect,
      row.operation,
      row.model,
      row.backend,
      row.location,
      row.attempts,
      row.reason,
      row.failedOver,
      row.firstByteMs,
      row.firstByteStep,
      row.durationMs,
      row.tokensIn,
      row.tokensOut,
      row.outcome,
      row.status,
    );
  }

  #add({ by, name, location, hour, ...sum }: HourSum): void {
    const { requests, failed, failedOver, tokensIn, tokensOut, uncounted } = sum;
    this.#addSum.run(by, name, location, hour, requests, failed, failedOver, tokensIn, tokensOut, uncounted);
  }

  #addFirstBytes(hour: number, counts: FirstByteCounts): void {
    const known = this.db.prepare("SELECT counts FROM first_bytes WHERE hour = ?").get(hour);
    if (known?.counts instanceof Uint8Array) counts.addBlob(known.counts);
    this.db.prepare("INSERT OR REPLACE INTO first_bytes (hour, counts) VALUES (?, ?)").run(hour, counts.toBlob());
  }

  /** Whether there may be more to give back. */
  #giveBack(): boolean {
    const free = () => Number(this.db.prepare("PRAGMA freelist_count").get()!.freelist_count);
    const before = free();
    if (before <= keptFree) return false;
    this.db.exec(`PRAGMA incremental_vacuum(${freedAtOnce})`);
    // A file of another kind gives nothing back, and must not be asked for ever.
    return free() < before;
  }

  #transaction(run: () => void): void {
    this.db.exec("BEGIN IMMEDIATE");
    try {
      run();
      this.db.exec("COMMIT");
    } catch (error) {
      // A full disk rolls back by itself.
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      throw error;
    }
  }
}
