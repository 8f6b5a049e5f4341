import type { Clock } from "../core/clock.ts";

export interface MissingWatchOptions {
  clock: Clock;
  /** Calls `onChange` when a keyring has changed, until the signal aborts. */
  watchKeyring: (signal: AbortSignal, onChange: () => void) => Promise<void>;
  /** Looks again; `mayStart`: a keyring that does not run may be started for it. */
  lookAgain: (options: { mayStart: boolean }) => void;
}

/** What changes in a keyring comes in bursts. */
const gatherMs = 200;
/** What failed without telling when that ends is asked again after this. */
const failedAgainMs = 30_000;

/**
 * Has missing secrets looked for again when that may help: the keyring was unlocked, started or changed. Only as long as
 * something is missing is a bus connection held for that.
 */
export class MissingWatch implements AsyncDisposable {
  readonly #options: MissingWatchOptions;
  #watch: { stop: AbortController; ended: Promise<void> } | undefined;
  #timer: { cancel: () => void; isRetry: boolean } | undefined;

  constructor(options: MissingWatchOptions) {
    this.#options = options;
  }

  /** Told after each look. `hasFailed`: for a reason that no change of the keyring ends. */
  update({ isMissing, hasFailed }: { isMissing: boolean; hasFailed: boolean }): void {
    if (!isMissing) return void this[Symbol.asyncDispose]();
    this.#watch ??= this.#begin();
    if (hasFailed && !this.#timer) this.#lookAfter(failedAgainMs, { isRetry: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const watch = this.#watch;
    this.#watch = undefined;
    watch?.stop.abort(new Error("Nothing is missing any more"));
    await watch?.ended;
  }

  #begin() {
    const stop = new AbortController();
    const onChange = () => {
      if (stop.signal.aborted || this.#timer?.isRetry === false) return;
      this.#timer?.cancel();
      this.#lookAfter(gatherMs, { isRetry: false });
    };
    return { stop, ended: this.#options.watchKeyring(stop.signal, onChange) };
  }

  #lookAfter(ms: number, { isRetry }: { isRetry: boolean }): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#timer = undefined;
      // A change must not start what crashes at each start: that is a change again.
      this.#options.lookAgain({ mayStart: isRetry });
    });
    this.#timer = { cancel, isRetry };
  }
}
