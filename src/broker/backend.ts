import type { BackendConfig } from "../config/schema.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { ModelInfo } from "../state/app_state.ts";
import type { Usage } from "../core/types.ts";

/** The body of a committed answer, in the client's dialect, pulled by whoever relays it. */
export interface AnswerStream {
  /**
   * The next whole frames, or `undefined` after the terminal marker. Throws {@linkcode BackendFailure} with phase
   * `streaming` when the backend breaks, stalls, reports an error or ends without that marker.
   */
  next(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Ends the upstream request; safe to call at any time, also twice. */
  cancel(): void;
  /** Token counts, complete once `next()` gave `undefined`. */
  usage(): Usage;
  /** A guess at the tokens of the answer so far, for a backend that tells none. Default: none were seen. */
  estimatedTokens?(): number;
}

/** A backend's committed answer: its first body byte is here, in the client's dialect. */
export interface Answer {
  status: number;
  contentType: string;
  /** The whole body (not streamed), or its first frames; never empty. */
  first: Uint8Array<ArrayBuffer>;
  /** What follows `first`; `undefined` when the answer is whole. */
  rest?: AnswerStream;
  /** Token counts of a whole answer. */
  usage: Usage;
}

export interface SendOptions {
  /** Aborting it ends the upstream request at once, at any phase, also after the commit. */
  signal: AbortSignal;
  /** The model's name at this backend. */
  model: string;
}

export interface ForwardOptions {
  signal: AbortSignal;
  method: string;
  /** Path in Ollama's dialect, query included. */
  path: string;
  headers: Headers;
  body?: ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
}

/** What a health check saw. */
export interface ProbeResult {
  latencyMs: number;
  version?: string;
  models: ModelInfo[];
  /** Names of the models that are loaded now. */
  warm: string[];
}

/**
 * One model server as the broker uses it. `send` resolves at the first body byte in the client's dialect, or throws a
 * {@linkcode BackendFailure}; an aborted signal makes it throw the signal's reason.
 */
export interface Backend {
  readonly config: Readonly<BackendConfig>;
  send(request: ModelRequest, options: SendOptions): Promise<Answer>;
  /** Sends a bound or read request of Ollama's dialect, a bound one exactly once, and gives the answer as it comes. */
  forward(options: ForwardOptions): Promise<Response>;
  /** A full health check: version, models, warm models. Throws {@linkcode BackendFailure}. */
  probe(signal: AbortSignal): Promise<ProbeResult>;
  /** Whether it answers at all, by its cheapest request. Throws {@linkcode BackendFailure} when not. */
  ping(signal: AbortSignal): Promise<void>;
  /** No request from now on uses a connection of before, which may be dead without knowing; running answers go on. */
  renewConnections(): void;
  /** Idle connections are closed; running answers go on. */
  close(): void;
}
