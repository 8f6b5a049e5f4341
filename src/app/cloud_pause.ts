import { dirname } from "@std/path/posix/dirname";
import { writeAtomic } from "../config/atomic_file.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
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
export class CloudPause implements Disposable {
  readonly #options: CloudPauseOptions;
  #pause: Pause | null = null;
  #cancelTimer = () => {};

  constructor(options: CloudPauseOptions) {
    this.#options = options;
  }

  /** Takes up the pause that was running when the daemon ended. */
  async restore(): Promise<void> {
    const kept = await this.#read();
    if (kept) this.#apply(kept);
  }

  async begin(forMs?: number): Promise<void> {
    const pause = { until: forMs === undefined ? null : this.#options.clock.now() + forMs };
    this.#apply(pause);
    await this.#write(pause);
  }

  async end(): Promise<void> {
    if (!this.#pause) return;
    this.#apply(null);
    await this.#write(null);
  }

  /** Ends a pause whose time has come; also to be called after the machine slept. */
  look(): void {
    this.#cancelTimer();
    const { clock } = this.#options;
    if (!this.#pause || this.#pause.until === null) return;
    const leftMs = this.#pause.until - clock.now();
    if (leftMs <= 0) return void this.end();
    this.#cancelTimer = clock.after(Math.min(leftMs, lookMs), () => this.look());
  }

  [Symbol.dispose](): void {
    this.#cancelTimer();
  }

  #apply(pause: Pause | null): void {
    this.#cancelTimer();
    this.#pause = pause;
    this.#options.onChange(pause);
    this.look();
  }

  async #read(): Promise<Pause | null> {
    try {
      const { until } = JSON.parse(await readSmallTextFile(this.#options.path));
      if (until === null || (Number.isFinite(until) && until > this.#options.clock.now())) return { until };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      // Whoever paused the cloud must not be sent there because a file is broken.
      this.#options.log.warn("The kept pause of the cloud cannot be read; the cloud stays paused", {
        file: this.#options.path,
        error: messageOf(error),
      });
      return { until: null };
    }
    return null;
  }

  async #write(pause: Pause | null): Promise<void> {
    const { path, log } = this.#options;
    try {
      if (!pause) return await Deno.remove(path);
      await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeAtomic(path, JSON.stringify(pause) + "\n");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      log.warn("Cannot keep the pause of the cloud over a restart", { file: path, error: messageOf(error) });
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
