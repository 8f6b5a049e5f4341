/** Something that ends a wait; the test that made it decides when. */
export type Gate = Promise<unknown>;

/**
 * One way in which a model server misbehaves. `until` gates belong to the test: there is no sleeping. Frames are NDJSON
 * lines or SSE events and are counted from the first one sent. On an answer that is not streamed, faults that speak of
 * frames act after half of the body.
 */
export type Fault =
  /** Answers well: a placeholder in a list of faults. */
  | { kind: "none" }
  // Before the head
  /** The request is read, then the connection ends in order (FIN) without a byte. */
  | { kind: "close_on_accept" }
  /** The connection is reset (RST) as soon as the request line was seen. */
  | { kind: "reset" }
  /** The request is read and never answered, or not before `until`. */
  | { kind: "silent"; until?: Gate }
  /** Half of the request's body is read, then the connection is reset, as a close with unread data does. */
  | { kind: "read_half_body_then_close" }
  /** These bytes instead of HTTP, then FIN. */
  | { kind: "raw"; bytes: string }
  /** Nothing until the gate opens, then a good answer: a model that loads. */
  | { kind: "late_first_byte"; until: Gate }
  // The head
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: string }
  | { kind: "redirect"; location: string; status?: number }
  | { kind: "headers"; headers: [name: string, value: string][] }
  /** Content-Type, Date and two cookies twice. */
  | { kind: "duplicate_headers" }
  /** One response header of `bytes` (default 1 MiB). */
  | { kind: "huge_header"; bytes?: number }
  /** A Content-Length that is a few bytes more or less than what is sent; then FIN. */
  | { kind: "wrong_length"; announced: "longer" | "shorter" }
  // The beginning of the body
  | { kind: "headers_then_silence"; until?: Gate }
  /** Heartbeats (`: PROCESSING`, blank lines in NDJSON), then the answer; without `until` heartbeats for ever. */
  | { kind: "comments_only"; until?: Gate; everyMs?: number }
  /** Nothing but the dialect's terminal marker. */
  | { kind: "done_first" }
  | { kind: "empty_body" }
  /** HTTP 200 and an error in the dialect's form as the only frame. */
  | { kind: "first_event_error"; message?: string }
  /** HTTP 200 and a first frame, or whole body, that is not JSON. */
  | { kind: "malformed_json" }
  /** A whole body that is cut off in the middle of its JSON, with a matching Content-Length. */
  | { kind: "whole_malformed" }
  // The middle of the body
  /** The connection ends without the end of the chunked body. */
  | { kind: "drop_after"; frames: number }
  /** The body ends in order, without the dialect's terminal marker. */
  | { kind: "end_without_terminal"; frames: number }
  | { kind: "error_line_after"; frames: number; message?: string }
  /** Silence, then the rest. */
  | { kind: "stall_after"; frames: number; until: Gate }
  /** Heartbeats without content, then the rest. */
  | { kind: "heartbeats_after"; frames: number; until: Gate; everyMs?: number }
  /** A frame that is not JSON in place of the frame with this index (0 first). */
  | { kind: "broken_event_at"; frame: number }
  /** Content frame i waits for gate i; frames beyond the list do not wait. */
  | { kind: "slow_tokens"; gates: readonly Gate[] }
  // The form of the body
  /** HTTP chunks of these sizes, in turn, cutting through frames and code points; 1 is every byte. */
  | { kind: "split"; sizes: number | readonly number[] }
  /** Lines end in CRLF. */
  | { kind: "crlf" }
  /** One more content frame, of this many bytes (default 8 MiB), before the others. */
  | { kind: "long_line"; bytes?: number }
  /** OpenAI: the fragments of parallel tool calls alternate and carry no id. */
  | { kind: "tool_fragments" }
  /** OpenAI: a last chunk with usage and no choices, asked for or not. */
  | { kind: "usage_only_last" };

/** Faults of one answer: one, or several at once, applied in order. */
export type Faults = Fault | readonly Fault[];

export function faultList(faults: Faults | undefined): readonly Fault[] {
  if (faults === undefined) return [];
  return "kind" in faults ? [faults] : faults;
}
