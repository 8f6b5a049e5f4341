import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";

const hourMs = 3_600_000;

/** Until when the user wants no notifications. It ends by the wall clock, and with the daemon. */
export class Mute {
  readonly #options: { clock: Clock; log: Log };
  readonly #listeners = new Set<() => void>();
  #until = -Infinity;

  constructor(options: { clock: Clock; log: Log }) {
    this.#options = options;
  }

  /** Wall clock; `undefined` while nothing is muted. */
  get until(): number | undefined {
    return this.#options.clock.now() < this.#until ? this.#until : undefined;
  }

  forAnHour(): void {
    this.#until = this.#options.clock.now() + hourMs;
    this.#options.log.info("Notifications are muted for an hour");
    this.#tell();
  }

  end(): void {
    if (this.until === undefined) return;
    this.#until = -Infinity;
    this.#options.log.info("Notifications are not muted any more");
    this.#tell();
  }

  /** Calls `listener` when the user mutes or ends that, not when time ends it; the returned function ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
