import type { FindWay } from "./options.ts";

/** What every error of this library is. `cause` is what it comes from, where there is something. */
export abstract class ClientError extends Error {
  abstract override readonly name: string;
}

/** What was found at one of the places where a daemon may be. */
export interface Tried {
  way: FindWay | "url" | "environment" | "start";
  /** Such as `nothing answers at http://127.0.0.1:11435`. */
  outcome: string;
}

/** No daemon answers, in none of the places where one may be. */
export class DaemonNotRunning extends ClientError {
  override readonly name = "DaemonNotRunning";
  readonly tried: readonly Tried[];

  constructor(message: string, options: ErrorOptions & { tried?: readonly Tried[] } = {}) {
    super(message, options);
    this.tried = options.tried ?? [];
  }
}

/**
 * The daemon went away while it was asked. The request is not sent a second time, for it may have been carried out; the
 * next call looks for the daemon again.
 */
export class DaemonLost extends ClientError {
  override readonly name = "DaemonLost";
  /** What had come of a model's answer. */
  readonly received: string;

  constructor(message: string, options: ErrorOptions & { received?: string } = {}) {
    super(message, options);
    this.received = options.received ?? "";
  }
}

/** The daemon did not answer a question about itself in time. Answers of models have no limit but your signal. */
export class TimedOut extends ClientError {
  override readonly name = "TimedOut";
}

/** A command or a question about the daemon needs the token of control.json, and there is none: in a browser, say. */
export class NoControlToken extends ClientError {
  override readonly name = "NoControlToken";
}

/** One backend that was asked, by the header `x-broker-attempts`. */
export interface Attempt {
  backend: string;
  /** `ok`, or why not: `connect_refused`, `http_503` and others (docs/FAILOVER.md). */
  outcome: string;
}

export interface RefusedOptions extends ErrorOptions {
  status: number;
  code?: string;
  backend?: string;
  attempts?: readonly Attempt[];
  retryAfterMs?: number;
}

/** The daemon answered, and does not do what it was asked. The message has its words. */
export class Refused extends ClientError {
  override readonly name: string = "Refused";
  /** HTTP status; 0 where a browser does not tell it. */
  readonly status: number;
  /** What programs go by, where the answer has one, such as `must_stay_local`. */
  readonly code?: string;
  readonly backend?: string;
  readonly attempts: readonly Attempt[];
  /** How long to wait before asking again, where the daemon says. */
  readonly retryAfterMs?: number;

  constructor(message: string, { status, code, backend, attempts = [], retryAfterMs, ...options }: RefusedOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.backend = backend;
    this.attempts = attempts;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No backend could answer: all failed, are busy, limit requests, or none is set up. `attempts` says who did what. */
export class NoBackend extends Refused {
  override readonly name = "NoBackend";
}

/** No backend has the model. */
export class ModelNotFound extends Refused {
  override readonly name = "ModelNotFound";
}

/** The daemon, or what stands there, does not answer pages of this origin. */
export class OriginNotAllowed extends Refused {
  override readonly name = "OriginNotAllowed";
}

/** A model's answer ended before it was whole: with an error in it, without its end, or with what cannot be read. */
export class AnswerBrokeOff extends ClientError {
  override readonly name = "AnswerBrokeOff";
  /** What had come until then. */
  readonly received: string;

  constructor(message: string, options: ErrorOptions & { received?: string } = {}) {
    super(message, options);
    this.received = options.received ?? "";
  }
}

/** What answered is not what a daemon says. */
export class UnexpectedAnswer extends ClientError {
  override readonly name = "UnexpectedAnswer";
}
