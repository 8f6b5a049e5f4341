import type { Dialect, Operation, RequestClass, Usage } from "../core/types.ts";

/** What routing must know of a model request; the client's bytes are kept beside it, so unknown fields survive. */
export interface ModelRequest {
  dialect: Dialect;
  operation: Operation;
  class: RequestClass;
  /** The path as the client asked for it, such as `/api/chat` or `/v1/chat/completions`. */
  path: string;
  /** The model's name as the client wrote it. */
  model: string;
  /** Whether the client wants a stream, its dialect's default applied. */
  stream: boolean;
  /** The body as it came (content-encoding removed). */
  body: Uint8Array<ArrayBuffer>;
  /** The body parsed once; do not change it. */
  json: Readonly<Record<string, unknown>>;
}

/** What one frame of a stream is. */
export type FrameKind =
  /** Carries part of the answer. */
  | "content"
  /** Keeps the connection open and says nothing: an SSE comment, a blank line, an empty delta. */
  | "heartbeat"
  /** The answer is complete: `done:true`, `[DONE]` */
  | "terminal"
  /** The backend reports an error inside HTTP 200. */
  | "error"
  /** Not what the dialect allows: no JSON, no object. */
  | "malformed";

/** One NDJSON line or SSE event. */
export interface Frame {
  /** The frame exactly as it came, delimiter included: what is passed through. From `end()`, the delimiter is added. */
  bytes: Uint8Array<ArrayBuffer>;
  /** NDJSON: the line. SSE: the joined `data:` lines. `undefined` where there is none (comment, blank line). */
  data: string | undefined;
}

/** Cuts a byte stream into frames, wherever the chunks were split. Frames may share their memory with the chunk. */
export interface FrameSplitter {
  /** The frames that `chunk` completes; the rest is kept. Throws `RangeError` when one frame exceeds `maxBytes`. */
  push(chunk: Uint8Array<ArrayBuffer>): Frame[];
  /** At the end of the stream: what is left, if it is a frame that only lacks its delimiter. */
  end(): Frame[];
}

/** What a frame was found to be. */
export interface FrameInfo {
  kind: FrameKind;
  /** `error`: the backend's words. */
  message?: string;
  /** Token counts, when this frame carries them. */
  usage?: Usage;
  /** It carries token counts and nothing of the answer, as OpenAI's last event does for who asked. */
  isUsageAlone?: boolean;
}

/** Reads frames of one stream in one dialect; stateful, one a stream. */
export interface FrameReader {
  splitter: FrameSplitter;
  /** Throws `RangeError` when parsing the frame would take too long. */
  inspect(frame: Frame): FrameInfo;
  /** Whether the stream may end here and be whole: `done:true`, a `finish_reason` or `[DONE]` was seen. */
  readonly complete: boolean;
  /** Whether nothing of an answer was seen yet, neither content nor its finish; a bare `[DONE]` is no answer. */
  readonly empty: boolean;
}

/** Turns the frames of a backend's stream into the client's dialect; stateful, one a stream. */
export interface StreamTranslator {
  /** The client's bytes for one upstream frame that is `content` or `terminal`; "" where it gives none yet. */
  push(data: string): string;
  /** What remains when the backend's stream is complete: the final object, usage, `[DONE]`. */
  end(): string;
  /** Token counts seen so far. */
  usage(): Usage;
}

/** A model request rewritten for a backend of the other dialect, and the way back. */
export interface Translation {
  /** The path below the backend's root in its own dialect: `/api/chat`, or `/chat/completions` below an OpenAI base. */
  path: string;
  body: Record<string, unknown>;
  /** The client's JSON for the backend's whole JSON answer. Throws `SyntaxError` when that is not an answer. */
  answer(json: unknown): { json: unknown; usage: Usage };
  stream(): StreamTranslator;
}

/** What a dialect must be able to do for its clients. */
export interface DialectErrors {
  /** The body and content type of an error before the first byte. */
  error(status: number, message: string, options?: { code?: string; param?: string; type?: string }): {
    body: string;
    contentType: string;
  };
  /** The bytes that tell the client, inside a started stream, that the answer has failed. */
  streamError(message: string): string;
}
