import type { Clock } from "./clock.ts";

/**
 * A controller that aborts with any of `parents`, until it is disposed. Unlike `AbortSignal.any`, nothing of it hangs on
 * a long-lived parent afterwards.
 */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #unlink: (() => void)[] = [];

  constructor(...parents: AbortSignal[]) {
    for (const parent of parents) {
      if (parent.aborted) {
        this.abort(parent.reason);
        break;
      }
      const onAbort = () => this.abort(parent.reason);
      parent.addEventListener("abort", onAbort, { once: true });
      this.#unlink.push(() => parent.removeEventListener("abort", onAbort));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
    this[Symbol.dispose]();
  }

  /** Aborts after `ms` unless it is disposed before. */
  abortAfter(ms: number, options: { clock: Clock; reason: () => unknown }): this {
    this.#unlink.push(options.clock.after(ms, () => this.abort(options.reason())));
    return this;
  }

  /** Cuts it from its parents; what it has aborted stays aborted. */
  [Symbol.dispose](): void {
    for (const unlink of this.#unlink.splice(0)) unlink();
  }
}
