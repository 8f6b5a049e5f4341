import { writeAtomic } from "../config/atomic_file.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { longestPauseMs, shortestPauseMs } from "../core/types.ts";
import type { Log } from "../core/log.ts";
import type { ConfigStore } from "../config/config_store.ts";
import type { Pause } from "../state/app_state.ts";
import { withPause } from "../state/changes.ts";
import type { Broker } from "./broker.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

export interface CloudPauseOptions {
  /** Keeps the pause over a restart: who paused the cloud does not expect it back because of an update. */
  path: string;
  clock: Clock;
  log: Log;
  onChange: (pause: Pause | null) => void;
}

/** The clock is looked at this often while a pause runs: a machine that slept counts no time while it did. */
const lookMs = 30_000;

/** The user's pause of the cloud: with an end or without, kept in a file, over when its time has come. */
export class CloudPause implements AsyncDisposable {
  readonly #options: CloudPauseOptions;
  #pause: Pause | null = null;
  /** When it ends at the latest, by the clock that nobody sets back. */
  #endsAt = Infinity;
  #cancelTimer = () => {};
  #kept = Promise.resolve();

  constructor(options: CloudPauseOptions) {
    this.#options = options;
  }

  /** Takes up the pause that was running when the daemon ended. */
  async restore(): Promise<void> {
    const kept = await this.#read();
    if (kept) this.#apply(kept);
  }

  /** Pauses, or changes when the pause ends. Rejects with `RangeError` when `forMs` is not from 1 s to 24 h. */
  async begin(forMs?: number): Promise<void> {
    if (forMs !== undefined && !(forMs >= shortestPauseMs && forMs <= longestPauseMs)) {
      throw new RangeError(`A pause with an end lasts from 1 second to 24 hours, received ${forMs} ms`);
    }
    this.#apply({ until: forMs === undefined ? null : this.#options.clock.now() + forMs });
    await this.#keep();
  }

  async end(): Promise<void> {
    if (!this.#pause) return;
    this.#apply(null);
    await this.#keep();
  }

  /** Ends a pause whose time has come; also to be called after the machine slept. */
  look(): void {
    this.#cancelTimer();
    const { clock } = this.#options;
    if (!this.#pause || this.#pause.until === null) return;
    const [leftMs, leftAtMost] = [this.#pause.until - clock.now(), this.#endsAt - clock.monotonic()];
    if (Math.min(leftMs, leftAtMost) <= 0) return void this.end();
    // The clock was set back: the pause does not get longer by that.
    if (leftMs > leftAtMost + lookMs) return this.#apply({ until: clock.now() + leftAtMost });
    this.#cancelTimer = clock.after(Math.min(leftMs, lookMs), () => this.look());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelTimer();
    await this.#kept;
  }

  #apply(pause: Pause | null): void {
    const { clock } = this.#options;
    this.#cancelTimer();
    this.#pause = pause;
    this.#endsAt = pause?.until ? clock.monotonic() + pause.until - clock.now() : Infinity;
    this.#options.onChange(pause);
    this.look();
  }

  async #read(): Promise<Pause | null> {
    const { path, log, clock } = this.#options;
    try {
      const { until } = JSON.parse(await readSmallTextFile(path));
      if (until === null) return { until };
      if (!Number.isFinite(until)) throw new Error("it does not say until when");
      return { until: Math.min(until, clock.now() + longestPauseMs) };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      // Whoever paused the cloud must not be sent there because a file is broken.
      const words = "The kept pause of the cloud cannot be read; the cloud stays paused until you resume it";
      log.warn(words, { file: path, error: messageOf(error) });
      return { until: null };
    }
  }

  /** Writes what is then the newest; one write at a time, so that an older one is never the last. */
  #keep(): Promise<void> {
    return this.#kept = this.#kept.then(() => this.#write(this.#pause));
  }

  async #write(pause: Pause | null): Promise<void> {
    const { path, log } = this.#options;
    try {
      if (pause) await writeAtomic(path, JSON.stringify(pause) + "\n");
      else await Deno.remove(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      const words = pause
        ? "The pause of the cloud will not survive a restart"
        : "The cloud is paused again at a restart";
      log.warn(words, { file: path, error: messageOf(error) });
    }
  }
}

/** The pause of this daemon: routing and health checks follow it. */
export function createPause(
  { paths }: DaemonOptions,
  { ground: { clock, log }, configStore, broker }: { ground: Ground; configStore: ConfigStore; broker: Broker },
): CloudPause {
  return new CloudPause({
    path: `${paths.stateDir}/pause.json`,
    clock,
    log,
    onChange(pause) {
      broker.store.update((state) => withPause(state, pause, configStore.config.route));
      broker.monitor.refresh();
    },
  });
}
