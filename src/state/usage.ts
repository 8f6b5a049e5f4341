import type { Dialect, Location, Operation } from "../core/types.ts";

/** From when to when, in ms since 1970; `until` itself is not in it. */
export interface UsageRange {
  since: number;
  until: number;
}

export interface TokenCounts {
  /** As the backends counted them; an answer without counts adds nothing. */
  input: number;
  output: number;
}

/** Sums over some requests. */
export interface UsageTotals {
  requests: number;
  /** No answer, or one that broke. What a client cancelled or asked wrongly is none of these. */
  failed: number;
  /** Answered by another backend than the first that was asked. */
  failedOver: number;
  tokens: Record<Location, TokenCounts>;
  /** Answers, whole or in part, of which the backend told no counts. */
  uncounted: Record<Location, number>;
}

/** The part of one backend, model or app. */
export interface UsageShare extends UsageTotals {
  /** Empty: a request that no backend answered, or that could not be read. */
  name: string;
}

export interface UsageShares {
  /** The most used, most requests first; at most ten. */
  top: UsageShare[];
  /** All others together, and how many they are; `null` when there are none. */
  others: (UsageTotals & { names: number }) | null;
}

/** The use in a range of time. Times are ISO 8601. */
export interface UsageSummary extends UsageTotals {
  since: string;
  until: string;
  /** Time to the first byte of an answer, right to within 5 %; `null` when there was none. */
  firstByteMs: { p50: number | null; p95: number | null };
  byBackend: UsageShares;
  byModel: UsageShares;
  byApp: UsageShares;
}

/** One part of a range, for a plot. */
export interface UsageBucket {
  /** When it begins, ISO 8601. */
  at: string;
  requests: number;
  failed: number;
  /** Right to within 5 %; `null` when nothing was answered. */
  firstByteP50Ms: number | null;
  /** Input and output together. */
  tokens: Record<Location, number>;
}

export type UsageOutcome = "ok" | "failed" | "incomplete" | "cancelled" | "rejected";

/** One finished model request. No text of prompt or answer. */
export interface RecordedUse {
  /** When it came, ISO 8601. */
  at: string;
  /** What the program calls itself, or `unknown`. */
  app: string;
  dialect: Dialect;
  operation: Operation | "unknown";
  /** As the client wrote it; empty when the request could not be read. */
  model: string;
  /** Who answered; `null` when nobody did. */
  backend: string | null;
  /** Where the answer came from: `cloud` also for a model that a local Ollama runs in its cloud. */
  location: Location | null;
  /** `local:connect_refused, cloud:ok`; empty when none was tried. */
  attempts: string;
  /** Why the first attempt failed; `null` when it did not. */
  reason: string | null;
  /** Whether another backend answered than the one that failed first. */
  failedOver: boolean;
  firstByteMs: number | null;
  durationMs: number;
  /** `null` where the backend told none. */
  tokensIn: number | null;
  tokensOut: number | null;
  outcome: UsageOutcome;
  /** HTTP status that the client got. */
  status: number;
}

/** The same with its place in the record. */
export interface RecentUse extends RecordedUse {
  /** Grows with each request; what `before` takes. */
  id: number;
}

/**
 * The record of use as it is read. Requests of the last second count. Where the record cannot be read everything is
 * empty and {@linkcode problem} says why; nothing rejects for that.
 */
export interface UsageReader {
  summary(range: UsageRange): Promise<UsageSummary>;
  /** The range in `buckets` equal parts, oldest first. */
  series(range: UsageRange & { buckets: number }): Promise<UsageBucket[]>;
  /** The last requests, newest first; with `before` only those whose id is smaller. */
  recent(options: { limit: number; before?: number }): Promise<RecentUse[]>;
  /** Tokens, in and out, of cloud answers since a time (ms since 1970); `null` when the record cannot be read. */
  cloudTokens(sinceMs: number): Promise<number | null>;
  /** What is wrong with the record, as a sentence that says what to do; `null` when all is well. */
  problem(): string | null;
  /** Deletes every row for good. Rejects, with a sentence, when that cannot be done. */
  clear(): Promise<void>;
}
