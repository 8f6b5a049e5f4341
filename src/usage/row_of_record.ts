import { attemptsHeader, type RequestRecord } from "../broker/request_record.ts";
import type { Location } from "../core/types.ts";
import type { UsageOutcome } from "../state/usage.ts";
import { firstByteStep } from "./first_byte_steps.ts";

/** One row of the table `requests`, by the names of its columns. */
export interface UsageRow {
  /** ms since 1970. */
  at: number;
  app: string;
  dialect: string;
  operation: string;
  model: string;
  /** Empty: nobody answered. */
  backend: string;
  location: Location | "";
  attempts: string;
  reason: string | null;
  failedOver: 0 | 1;
  firstByteMs: number | null;
  firstByteStep: number | null;
  durationMs: number;
  tokensIn: number | null;
  tokensOut: number | null;
  outcome: UsageOutcome;
  status: number;
}

/** In UTF-16 units; what a client or a long search may make longer is cut. */
const longest = { app: 64, model: 200, attempts: 500, name: 64 };

/** What is kept of a finished request. Pure. */
export function rowOfRecord(record: RequestRecord): UsageRow {
  const { attempts, backend = "", usage } = record;
  const failed = attempts.find(({ outcome }) => outcome === "failed");
  return {
    at: Math.trunc(record.startedAt),
    app: bounded(record.app, longest.app),
    dialect: record.dialect,
    operation: record.operation,
    model: bounded(record.model, longest.model),
    backend: bounded(backend, longest.name),
    location: record.location ?? "",
    attempts: bounded(attemptsHeader(attempts), longest.attempts),
    reason: failed ? bounded(failed.reason ?? "unknown", longest.name) : null,
    failedOver: failed && backend !== "" && failed.backend !== backend ? 1 : 0,
    firstByteMs: record.firstByteMs === undefined ? null : rounded(record.firstByteMs),
    firstByteStep: record.firstByteMs === undefined ? null : firstByteStep(record.firstByteMs),
    durationMs: rounded(record.durationMs),
    tokensIn: tokens(usage.inputTokens),
    tokensOut: tokens(usage.outputTokens),
    outcome: record.outcome,
    status: record.status,
  };
}

/** SQLite's own tools end a text at a NUL, and a half of a pair is no text. */
function bounded(text: string, length: number): string {
  const cut = text.length <= length ? text : copyOf(text.slice(0, length));
  return cut.toWellFormed().replaceAll("\0", "\ufffd");
}

/** A part of a text keeps the whole of it in memory, and rows may wait for long. */
function copyOf(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** A backend may tell anything; sums must stay whole numbers that JavaScript can hold. */
function tokens(count: number | undefined): number | null {
  if (count === undefined || !Number.isFinite(count) || count < 0) return null;
  return Math.min(Math.trunc(count), 1_000_000_000);
}
