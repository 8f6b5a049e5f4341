/** How far an attempt had come when it failed. The phase, not the message, decides what may be done next. */
export type FailurePhase = "connect" | "headers" | "first_byte" | "streaming";

/**
 * Why an attempt failed, short enough for a header and a metric label.
 *
 * `unresponsive` is a backend that gave no first byte and did not answer a health check either; `stalled` one that
 * stopped in the middle; `incomplete` an answer without its dialect's terminal marker; `backend_error` an error inside
 * an HTTP 200; `busy` one at its `maxConcurrent`; `keyring_locked` one whose token cannot be read until the user unlocks it; `offline` and `portal` one that is gone with the machine's network.
 */
export type FailureReason =
  | "connect_refused"
  | "connect_timeout"
  | "dns"
  | "tls"
  | "unreachable"
  | "offline"
  | "portal"
  | "reset"
  | "first_byte_timeout"
  | "unresponsive"
  | "stalled"
  | "incomplete"
  | "malformed"
  | "empty"
  | "too_large"
  | "backend_error"
  | "no_credential"
  | "keyring_locked"
  | "redirect"
  | "untranslatable"
  | "ejected"
  | "busy"
  | `http_${number}`;

/** An error answer of a backend, kept so that the client can be told the first useful one. */
export interface ErrorAnswer {
  status: number;
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
}

export interface BackendFailureOptions extends ErrorOptions {
  backend: string;
  phase: FailurePhase;
  reason: FailureReason;
  /** The backend's HTTP status, where there was one. */
  status?: number;
  /** How long the backend asked to be left alone (Retry-After). */
  retryAfterMs?: number;
  /** The backend's own words, in its own dialect. */
  answer?: ErrorAnswer;
}

/** An attempt at a backend that did not become an answer. Its type, not its text, decides what is tried next. */
export class BackendFailure extends Error {
  override readonly name = "BackendFailure";
  readonly backend: string;
  readonly phase: FailurePhase;
  readonly reason: FailureReason;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly answer?: ErrorAnswer;

  constructor(message: string, options: BackendFailureOptions) {
    super(message, { cause: options.cause });
    this.backend = options.backend;
    this.phase = options.phase;
    this.reason = options.reason;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.answer = options.answer;
  }
}

/** A request that cannot be served as it stands; `status` and `message` go to the client in its own dialect. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly status: number;
  /** OpenAI's `error.code`, where one fits. */
  readonly code?: string;
  /** OpenAI's `error.param`: the field at fault. */
  readonly param?: string;

  constructor(status: number, message: string, options: ErrorOptions & { code?: string; param?: string } = {}) {
    super(message, { cause: options.cause });
    this.status = status;
    this.code = options.code;
    this.param = options.param;
  }
}

/** The words of any thrown value, for a log line or a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
