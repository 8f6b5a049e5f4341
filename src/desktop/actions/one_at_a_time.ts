import type { Clock } from "../../core/clock.ts";

export interface OneAtATimeOptions {
  clock: Clock;
  /** What began is also what is asked for within this time, in ms, when it has ended already. */
  apartMs: number;
  /** So many run at a time. */
  max: number;
}

/** Something that runs, or ran. */
interface Run<T> {
  startedAt: number;
  isOver: boolean;
  result: Promise<T>;
}

/**
 * Does what is asked for, but not what is being done already: whoever asks for that gets the promise of what runs. So a
 * flood of calls costs neither work nor memory. Each method gives `undefined` when as much runs as may.
 */
export class OneAtATime<T = void> {
  readonly #options: OneAtATimeOptions;
  readonly #runs = new Map<string, Run<T>>();
  #lastInOrder: { key: string; run: Run<T> } | undefined;
  #running = 0;

  constructor(options: OneAtATimeOptions) {
    this.#options = options;
  }

  /** How many run. */
  get running(): number {
    return this.#running;
  }

  /** For what opens or looks at something: what is asked for in between makes no difference. */
  once(key: string, start: () => Promise<T>): Promise<T> | undefined {
    this.#forget();
    const same = this.#runs.get(key);
    if (same) return same.result;
    const run = this.#start(start);
    if (run) this.#runs.set(key, run);
    return run?.result;
  }

  /** For what changes something: it is only the same when nothing else of this kind was asked for since. */
  inOrder(key: string, start: () => Promise<T>): Promise<T> | undefined {
    const last = this.#lastInOrder;
    if (last?.key === key && !last.run.isOver) return last.run.result;
    const run = this.#start(start);
    if (run) this.#lastInOrder = { key, run };
    return run?.result;
  }

  #start(start: () => Promise<T>): Run<T> | undefined {
    if (this.#running >= this.#options.max) return undefined;
    this.#running++;
    const run: Run<T> = { startedAt: this.#options.clock.monotonic(), isOver: false, result: start() };
    const end = () => {
      run.isOver = true;
      this.#running--;
    };
    run.result.then(end, end);
    return run;
  }

  #forget(): void {
    const { clock, apartMs } = this.#options;
    const since = clock.monotonic() - apartMs;
    for (const [key, run] of this.#runs) {
      if (run.isOver && run.startedAt <= since) this.#runs.delete(key);
    }
  }
}
