import { writeAtomic } from "../config/atomic_file.ts";
import type { ConfigStore } from "../config/config_store.ts";
import type { Config } from "../config/schema.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import { monthEnd, monthOf } from "../core/calendar_month.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { cloudTokensOf } from "../broker/cloud_tokens.ts";
import type { RequestRecord } from "../broker/request_record.ts";
import { withCloudCount } from "../state/changes.ts";
import { type CapLevel, capLevel, type CloudCount } from "../state/cloud_use.ts";
import type { Broker } from "./broker.ts";
import { type MonthCount, parseMonths, renderMonths } from "./cloud_months.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

export interface CloudMeterOptions {
  /** Keeps the count over a restart, while a cap is set. */
  path: string;
  clock: Clock;
  log: Log;
  limits: () => Config["limits"];
  onChange: (count: CloudCount) => void;
}

/** The file is written so often at most: what a crash loses is what was counted in this time. */
const writeEveryMs = 2_000;
/** The calendar is looked at this often while the cap is reached, for a machine that sleeps counts no time meanwhile. */
const lookReachedMs = 60_000;
const lookMs = 3_600_000;

/**
 * Counts what clouds use in each calendar month of local time, as the clock tells it: who sets the clock back to a month
 * goes on with that month's count. It counts in every case, and keeps its count in a file while a cap is set.
 */
export class CloudMeter implements AsyncDisposable {
  readonly #options: CloudMeterOptions;
  readonly #months = new Map<string, MonthCount>();
  /** When counting began; `undefined`: what was counted before is known. */
  #since: number | undefined;
  #told: { month: string; level: CapLevel } = { month: "", level: 0 };
  #loading: Promise<void> | undefined;
  #shown: CloudCount | undefined;
  #isDirty = false;
  #hasComplained = false;
  #writtenAt = -Infinity;
  #kept = Promise.resolve();
  #cancelLook = () => {};
  #cancelWrite: (() => void) | undefined;

  constructor(options: CloudMeterOptions) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  /** Takes up the count that was kept when the daemon ended. */
  async restore(): Promise<void> {
    if (this.#cap !== null) await this.#load();
    this.look();
  }

  /** Counts a finished request. */
  record(record: RequestRecord): void {
    const { tokens, estimated } = cloudTokensOf(record);
    if (tokens === 0) return;
    const month = this.#month();
    // What is written must be read again.
    month.tokens = Math.min(Number.MAX_SAFE_INTEGER, month.tokens + tokens);
    month.estimated = Math.min(month.tokens, month.estimated + estimated);
    this.look();
    this.#keepSoon();
  }

  /** Looks whether the month has turned; also to be called after the machine slept, and when the cap has changed. */
  look(): void {
    const { clock, onChange } = this.#options;
    this.#cancelLook();
    if (this.#cap !== null && !this.#loading) void this.#load().then(() => this.look());
    const count = this.#count();
    if (JSON.stringify(count) !== JSON.stringify(this.#shown)) {
      this.#shown = count;
      onChange(count);
    }
    if (this.#cap === null) return;
    const everyMs = count.tokens >= this.#cap ? lookReachedMs : lookMs;
    const ms = Math.min(everyMs, Math.max(1, count.endsAt - clock.now()));
    this.#cancelLook = clock.after(ms, () => this.look());
  }

  /** To be called after each change of the configuration. */
  limitsChanged(next: Config["limits"], previous: Config["limits"]): void {
    if (JSON.stringify(next) === JSON.stringify(previous)) return;
    this.#told.level = Math.min(this.#told.level, this.#level()) as CapLevel;
    this.look();
    if (this.#cap !== null) this.#keepSoon();
    else this.#forget();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelLook();
    this.#cancelWrite?.();
    await this.#loading;
    this.#cancelLook();
    if (this.#isDirty) this.#write();
    await this.#kept;
  }

  get #cap(): number | null {
    return this.#options.limits().monthlyCloudTokens;
  }

  #level(): CapLevel {
    return capLevel({ tokens: this.#month().tokens, cap: this.#cap });
  }

  #count(): CloudCount {
    const now = this.#options.clock.now();
    const month = monthOf(now);
    const toldBefore = this.#told.month === month ? this.#told.level : 0;
    return { month, endsAt: monthEnd(now), ...this.#month(), toldBefore };
  }

  /** The count of the present month, which becomes the newest. */
  #month(): MonthCount {
    const key = monthOf(this.#options.clock.now());
    const isWhole = this.#since === undefined || monthOf(this.#since) !== key;
    const month = this.#months.get(key) ?? { tokens: 0, estimated: 0, since: isWhole ? null : this.#since! };
    this.#months.delete(key);
    this.#months.set(key, month);
    return month;
  }

  #load(): Promise<void> {
    return this.#loading ??= this.#read().then((kept) => {
      if (!kept) return;
      this.#since = undefined;
      for (const [key, { tokens, estimated, since }] of kept) {
        // There is one already where the cap was set while we ran: what was used before that is not in the file.
        const own = this.#months.get(key) ?? { tokens: 0, estimated: 0, since };
        this.#months.set(key, { ...own, tokens: own.tokens + tokens, estimated: own.estimated + estimated });
      }
      this.#told = { month: monthOf(this.#options.clock.now()), level: this.#level() };
    });
  }

  /** `undefined`: nothing is known of before. */
  async #read(): Promise<Map<string, MonthCount> | undefined> {
    const { path, log } = this.#options;
    try {
      return parseMonths(await readSmallTextFile(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      const words = "The count of cloud tokens cannot be read and begins anew; the file is kept aside";
      log.warn(words, { file: `${path}.broken`, error: messageOf(error) });
      await Deno.rename(path, `${path}.broken`).catch((cause) => {
        log.warn("It could not be kept aside and will be overwritten", { file: path, error: messageOf(cause) });
      });
      return undefined;
    }
  }

  #keepSoon(): void {
    if (this.#cap === null) return;
    this.#isDirty = true;
    const { clock } = this.#options;
    const waitMs = Math.max(0, this.#writtenAt + writeEveryMs - clock.monotonic());
    this.#cancelWrite ??= clock.after(waitMs, () => {
      this.#cancelWrite = undefined;
      this.#writtenAt = clock.monotonic();
      this.#write();
    });
  }

  /** Writes what is then the newest; one write at a time, and none before it is known what was kept. */
  #write(): void {
    this.#isDirty = false;
    const { path, log } = this.#options;
    this.#kept = this.#kept.then(async () => {
      await this.#loading;
      if (this.#cap === null) return;
      try {
        await writeAtomic(path, renderMonths(this.#months), { followLink: false });
        this.#hasComplained = false;
      } catch (error) {
        if (this.#hasComplained) return;
        this.#hasComplained = true;
        log.warn("The count of cloud tokens will not survive a restart", { file: path, error: messageOf(error) });
      }
    });
  }

  /** Without a cap nothing is kept. */
  #forget(): void {
    this.#isDirty = false;
    // What was never read may be of another time; it is read when there is a cap again.
    if (!this.#loading) return;
    const { path } = this.#options;
    this.#kept = this.#kept.then(() => Deno.remove(path)).catch(() => {});
  }
}

/** The meter of this daemon: mode, status and health checks follow it. */
export function createMeter(
  { paths }: DaemonOptions,
  { ground: { clock, log }, configStore, broker }: { ground: Ground; configStore: ConfigStore; broker: Broker },
): CloudMeter {
  return new CloudMeter({
    path: `${paths.stateDir}/cloud_tokens.json`,
    clock,
    log,
    limits: () => configStore.config.limits,
    onChange(count) {
      const { mode } = broker.store.state;
      broker.store.update((state) => withCloudCount(state, count, configStore.config));
      if (broker.store.state.mode !== mode) broker.monitor.refresh();
    },
  });
}
