import type { Log } from "../core/log.ts";
import { attemptsHeader, type RequestRecord } from "../broker/request_record.ts";

/** Writes one line a model request: what was asked, who answered, how it ended. No text of prompt or answer. */
export function requestLogger(log: Log): (record: RequestRecord) => void {
  return (record) => {
    const { outcome, usage } = record;
    const write = outcome === "failed" || outcome === "incomplete" ? log.warn : log.info;
    write("Request", {
      id: record.id,
      dialect: record.dialect,
      operation: record.operation,
      model: record.model.slice(0, 200),
      backend: record.backend,
      outcome,
      reason: record.reason,
      status: record.status,
      attempts: attemptsHeader(record.attempts) || undefined,
      firstByteMs: rounded(record.firstByteMs),
      durationMs: rounded(record.durationMs),
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
    });
  };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}
