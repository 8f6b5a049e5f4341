import { suspect } from "../broker/attempt.ts";
import type { Backend } from "../broker/backend.ts";
import type { Clock } from "../core/clock.ts";

/** One for all: an error takes its stack. */
const watchOver = new Error("The wait is over");

export interface SilenceWatchOptions {
  clock: Clock;
  /** The request's: its end ends a question on its way. */
  signal: AbortSignal;
  onDead: (error: unknown) => void;
}

/**
 * Watches waits for one backend. One that answers a health check may stay silent for as long as it likes (it verifies
 * many gigabytes, say); one that does not is dead.
 */
export class SilenceWatch {
  readonly #backend: Backend;
  readonly #options: SilenceWatchOptions;
  #end = () => {};

  constructor(backend: Backend, options: SilenceWatchOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /** Something came, or is waited for from now on: asks after the backend's health once it has been silent for `ms`. */
  restart(ms: number): void {
    this.rest();
    const over = new AbortController();
    const { signal, ...options } = this.#options;
    const cancel = suspect(this.#backend, { ...options, afterMs: ms, ends: [over.signal, signal] });
    this.#end = () => {
      cancel();
      over.abort(watchOver);
    };
  }

  /** Nothing is waited for. */
  rest(): void {
    this.#end();
    this.#end = () => {};
  }
}
