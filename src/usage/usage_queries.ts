import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { RecentUse, UsageBucket, UsageRange, UsageSummary } from "../state/usage.ts";
import { FirstByteCounts } from "./first_byte_steps.ts";
import { type Dimension, hourMs, hourOf } from "./hour_sums.ts";
import { BucketList } from "./usage_buckets.ts";
import { type NamedSums, summaryOf } from "./usage_summary.ts";

/** A series of parts shorter than an hour is read row by row up to this range; all others hour by hour. */
const exactMs = 48 * hourMs;

/** A range as whole hours, whose sums are known, and the rows before and after them. */
interface Parts {
  hours: UsageRange;
  head: UsageRange;
  tail: UsageRange;
}

export function summary(db: DatabaseSync, range: UsageRange): UsageSummary {
  const parts = partsOf(range);
  return summaryOf(range, {
    backend: sums(db, "backend", parts),
    model: sums(db, "model", parts),
    app: sums(db, "app", parts),
    firstBytes: firstBytes(db, parts),
  });
}

export function series(db: DatabaseSync, { buckets, ...range }: UsageRange & { buckets: number }): UsageBucket[] {
  const list = new BucketList(range, buckets);
  const isExact = range.until - range.since <= exactMs && list.widthMs < hourMs;
  const parts = isExact ? { hours: none(range), head: range, tail: none(range) } : partsOf(range);
  for (const edge of [parts.head, parts.tail]) addRows(db, edge, list);
  addHours(db, parts.hours, list);
  return list.finished();
}

export function recent(db: DatabaseSync, { limit, before }: { limit: number; before?: number }): RecentUse[] {
  const rows = db.prepare("SELECT * FROM requests WHERE id < ? ORDER BY id DESC LIMIT ?")
    .all(before ?? Number.MAX_SAFE_INTEGER, limit);
  return rows.map((row) => ({
    id: Number(row.id),
    at: new Date(Number(row.at)).toISOString(),
    app: String(row.app),
    dialect: row.dialect as RecentUse["dialect"],
    operation: row.operation as RecentUse["operation"],
    model: String(row.model),
    backend: row.backend === "" ? null : String(row.backend),
    location: row.location === "" ? null : row.location as RecentUse["location"],
    attempts: String(row.attempts),
    reason: row.reason === null ? null : String(row.reason),
    failedOver: row.failed_over === 1,
    firstByteMs: row.first_byte_ms as number | null,
    durationMs: Number(row.duration_ms),
    tokensIn: row.tokens_in as number | null,
    tokensOut: row.tokens_out as number | null,
    outcome: row.outcome as RecentUse["outcome"],
    status: Number(row.status),
  }));
}

export function cloudTokens(db: DatabaseSync, since: number): number {
  const found = sums(db, "backend", partsOf({ since, until: Number.MAX_SAFE_INTEGER }));
  const cloud = found.filter(({ location }) => location === "cloud");
  return cloud.reduce((sum, { tokensIn, tokensOut }) => sum + tokensIn + tokensOut, 0);
}

function none({ until }: UsageRange): UsageRange {
  return { since: until, until };
}

function partsOf(range: UsageRange): Parts {
  const first = hourOf(range.since + hourMs - 1);
  const last = hourOf(range.until);
  if (first >= last) return { hours: none(range), head: range, tail: none(range) };
  return {
    head: { since: range.since, until: first },
    hours: { since: first, until: last },
    tail: { since: last, until: range.until },
  };
}

/** The figures of a row, by the names of the table `hours`. */
const ofRow = `1 AS requests, outcome IN ('failed', 'incomplete') AS failed, failed_over,
  coalesce(tokens_in, 0) AS tokens_in, coalesce(tokens_out, 0) AS tokens_out,
  location <> '' AND tokens_in IS NULL AND tokens_out IS NULL AS uncounted`;

const total = `sum(requests) AS requests, sum(failed) AS failed, sum(failed_over) AS failedOver,
  sum(tokens_in) AS tokensIn, sum(tokens_out) AS tokensOut, sum(uncounted) AS uncounted`;

function sums(db: DatabaseSync, by: Dimension, { hours, head, tail }: Parts): NamedSums[] {
  const ofHours = `SELECT name, location, ${total} FROM hours WHERE by = ? AND hour >= ? AND hour < ?
    GROUP BY name, location`;
  // The column is one of three words of ours.
  const ofRows = `SELECT name, location, ${total} FROM
    (SELECT ${by} AS name, location, ${ofRow} FROM requests WHERE at >= ? AND at < ?) GROUP BY name, location`;
  return [
    ...all<NamedSums>(db, ofHours, by, hours.since, hours.until),
    ...all<NamedSums>(db, ofRows, head.since, head.until),
    ...all<NamedSums>(db, ofRows, tail.since, tail.until),
  ];
}

function firstBytes(db: DatabaseSync, { hours, head, tail }: Parts): FirstByteCounts {
  const counts = new FirstByteCounts();
  for (const row of hourlyFirstBytes(db, hours)) counts.addBlob(row.counts);
  const ofRows = `SELECT first_byte_step AS step, count(*) AS count FROM requests
    WHERE at >= ? AND at < ? AND first_byte_step IS NOT NULL GROUP BY first_byte_step`;
  for (const { since, until } of [head, tail]) {
    for (const { step, count } of all<{ step: number; count: number }>(db, ofRows, since, until)) {
      counts.add(step, count);
    }
  }
  return counts;
}

function hourlyFirstBytes(db: DatabaseSync, { since, until }: UsageRange) {
  const query = "SELECT hour, counts FROM first_bytes WHERE hour >= ? AND hour < ?";
  return all<{ hour: number; counts: Uint8Array }>(db, query, since, until);
}

/** An hour is wholly of the part that its middle is in. */
function addHours(db: DatabaseSync, { since, until }: UsageRange, list: BucketList): void {
  const query = `SELECT CAST((hour - ?) / ? AS INTEGER) AS bucket, location, ${total} FROM hours
    WHERE by = 'backend' AND hour >= ? AND hour < ? GROUP BY 1, 2`;
  const place = [list.since - hourMs / 2, list.widthMs, since, until];
  for (const { bucket, ...sum } of all<NamedSums & { bucket: number }>(db, query, ...place)) list.add(bucket, sum);
  for (const { hour, counts } of hourlyFirstBytes(db, { since, until })) {
    list.firstBytesIn(Math.floor((hour - list.since + hourMs / 2) / list.widthMs)).addBlob(counts);
  }
}

function addRows(db: DatabaseSync, { since, until }: UsageRange, list: BucketList): void {
  const bucket = `CAST((at - ?) / ? AS INTEGER)`;
  const place = [list.since, list.widthMs, since, until];
  const query = `SELECT bucket, location, ${total} FROM
    (SELECT ${bucket} AS bucket, location, ${ofRow} FROM requests WHERE at >= ? AND at < ?) GROUP BY bucket, location`;
  for (const { bucket, ...sum } of all<NamedSums & { bucket: number }>(db, query, ...place)) list.add(bucket, sum);
  const steps = `SELECT ${bucket} AS bucket, first_byte_step AS step, count(*) AS count FROM requests
    WHERE at >= ? AND at < ? AND first_byte_step IS NOT NULL GROUP BY 1, 2`;
  for (const row of all<{ bucket: number; step: number; count: number }>(db, steps, ...place)) {
    list.firstBytesIn(row.bucket).add(row.step, row.count);
  }
}

function all<Row>(db: DatabaseSync, query: string, ...values: SQLInputValue[]): Row[] {
  return prepared(db, query).all(...values) as Row[];
}

/** Of each open database: a statement that is let go keeps its memory until garbage is collected. */
const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

function prepared(db: DatabaseSync, query: string): StatementSync {
  const known = statements.get(db) ?? new Map<string, StatementSync>();
  statements.set(db, known);
  const statement = known.get(query) ?? db.prepare(query);
  known.set(query, statement);
  return statement;
}
