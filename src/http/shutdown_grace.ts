import type { Clock } from "../core/clock.ts";

/** After the grace, clients get this long to take the error that ends their answer. */
const lastWordsMs = 2_000;

/** How long a daemon that stops waits for the answers that run. */
export class ShutdownGrace {
  readonly #clock: Clock;
  readonly #endAnswers: () => void;
  readonly #over = Promise.withResolvers<void>();
  #cancelTimer = () => {};
  #endsAt = Infinity;

  /** `endAnswers` is called once, when the grace ends. */
  constructor(clock: Clock, endAnswers: () => void) {
    this.#clock = clock;
    this.#endAnswers = endAnswers;
  }

  /** Resolves when the last words have had their time as well: what still runs is to be cut. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Ends the grace `ms` from now; when called again it can only become shorter. */
  endAfter(ms: number): void {
    const endsAt = this.#clock.monotonic() + ms;
    if (endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, () => {
      this.#endsAt = -Infinity;
      this.#endAnswers();
      this.#cancelTimer = this.#clock.after(lastWordsMs, this.#over.resolve);
    });
  }

  /** Nothing runs any more. */
  close(): void {
    this.#endsAt = -Infinity;
    this.#cancelTimer();
  }
}
