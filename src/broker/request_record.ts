import type { Attempt, Dialect, Location, Operation, Usage } from "../core/types.ts";

/** What became of one model request, for the log, the metrics and the record of use. No text of prompt or answer. */
export interface RequestRecord {
  id: string;
  /** What the program calls itself, or `unknown`. */
  app: string;
  dialect: Dialect;
  /** `unknown` when the request could not be read. */
  operation: Operation | "unknown";
  model: string;
  stream: boolean;
  /** ms since 1970. */
  startedAt: number;
  durationMs: number;
  /** Until the first byte was there to send; `undefined` when there was none. */
  firstByteMs?: number;
  attempts: readonly Attempt[];
  /** Who answered; `undefined` when nobody did. */
  backend?: string;
  /** Where the answer came from: `cloud` also for a model that a local Ollama runs in its cloud. */
  location?: Location;
  /**
   * ok: a complete answer. failed: an error before the first byte. incomplete: an error inside a started answer.
   * cancelled: the client left. rejected: the request itself was at fault.
   */
  outcome: "ok" | "failed" | "incomplete" | "cancelled" | "rejected";
  /** HTTP status the client got. */
  status: number;
  /** Why a started answer broke. */
  reason?: string;
  usage: Usage;
  /** A guess at what no cloud counted, where a cloud got the request; absent where all is known, or none did. */
  estimated?: Usage;
}

/** `local:connect_refused, cloud:ok`: the attempts as the header `x-broker-attempts` shows them. */
export function attemptsHeader(attempts: readonly Attempt[]): string {
  return attempts.map(({ backend, outcome, reason }) => {
    if (outcome === "committed") return `${backend}:ok`;
    return `${backend}:${reason ?? outcome}`;
  }).join(", ");
}
