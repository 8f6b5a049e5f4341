import { LinkedAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import type { BackendFailure } from "../core/errors.ts";
import type { Attempt } from "../core/types.ts";
import type { Candidate } from "./candidates.ts";
import type { Observation, Observer } from "./observation.ts";
import type { Slots } from "./slots.ts";

export interface LeaseOptions {
  clock: Clock;
  observer: Observer;
  slots: Slots;
  /** The client's. */
  signal: AbortSignal;
  /** Set when the attempt is the half-open probe of a breaker. */
  permit?: number;
  attempts: Attempt[];
  /** Whether the request goes to a cloud this way. */
  leaves?: boolean;
  /** Whether its backend was replaced meanwhile: what becomes of the attempt says nothing about the new one. */
  isReplaced: () => boolean;
}

/** One for all: an error takes its stack, and every request would pay for that. */
const attemptEnded = new Error("The attempt has ended");

/** What one attempt holds of its backend (a slot, a way to abort it), and how its end is reported. */
export class Lease {
  readonly abort: LinkedAbort;
  readonly #candidate: Candidate;
  readonly #options: LeaseOptions;
  readonly #giveBack: () => void;
  readonly #startedAt: number;
  readonly #since: number;

  constructor(candidate: Candidate, options: LeaseOptions) {
    this.#candidate = candidate;
    this.#options = options;
    this.abort = new LinkedAbort(options.signal);
    this.#giveBack = options.slots.take(candidate.id);
    this.#startedAt = options.clock.now();
    this.#since = options.clock.monotonic();
  }

  /** The answer is here as a whole, which tells nothing of the time to a first byte; the lease goes on until {@linkcode release}. */
  committed(): void {
    this.#record("committed");
    this.#observe({ kind: "request_succeeded", ...this.#facts() });
  }

  /** The answer has begun as a stream; {@linkcode completed} or {@linkcode broke} tells what became of it. */
  began(): void {
    this.#record("committed");
    this.#observe({ kind: "request_began", ...this.#firstByte(), ...this.#facts() });
  }

  /** The stream came to its end as a whole answer. */
  completed(): void {
    this.#observe({ kind: "request_succeeded", ...this.#facts() });
  }

  /** The attempt failed before its first byte. */
  failed(failure: BackendFailure): void {
    this.#record("failed", failure.reason);
    this.broke(failure);
    this.release();
  }

  /**
   * The client left, or for the `reason` given it was ended here: nothing counts against the backend, and a half-open
   * probe is free for the next.
   */
  cancelled(reason?: "not_allowed"): void {
    this.#record("cancelled", reason);
    const { permit } = this.#options;
    if (permit !== undefined) this.#observe({ kind: "permit_released", ...this.#facts(), permit });
    this.release();
  }

  /** Reports a failure to health. */
  broke({ phase, reason, status, retryAfterMs }: BackendFailure): void {
    this.#observe({ kind: "request_failed", phase, reason, status, retryAfterMs, ...this.#facts() });
  }

  /** Gives the slot back and ends the upstream request if it still runs. May be called again. */
  release(): void {
    this.abort.abort(attemptEnded);
    this.#giveBack();
  }

  #observe(observation: Observation): void {
    if (!this.#options.isReplaced()) this.#options.observer.observe(this.#candidate.id, observation);
  }

  #firstByte() {
    return { firstByteMs: this.#options.clock.monotonic() - this.#since };
  }

  #facts() {
    return { at: this.#options.clock.monotonic(), model: this.#candidate.model, permit: this.#options.permit };
  }

  #record(outcome: Attempt["outcome"], reason?: string): void {
    const durationMs = this.#options.clock.monotonic() - this.#since;
    const { id } = this.#candidate;
    const cloud = this.#options.leaves ? { inCloud: true } as const : {};
    this.#options.attempts.push({ backend: id, startedAt: this.#startedAt, durationMs, outcome, reason, ...cloud });
  }
}
