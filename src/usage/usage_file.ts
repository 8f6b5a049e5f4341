import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { openUsage } from "./open_usage.ts";
import { removeAllAside, removeOldAside, setAside } from "./set_aside.ts";
import type { UsageDatabase } from "./usage_database.ts";
import { type ProblemKind, problemKind, problemWords } from "./usage_problem.ts";

export interface UsageFileOptions {
  path: string;
  clock: Clock;
  log: Log;
}

type Purpose = "read" | "write";

/** Two daemons on one file meet now and then; only a lock that lasts is told. */
const lockToldAfterMs = 5_000;
/** How long it is told that a damaged file was put aside. */
const noticeMs = 24 * 3_600_000;

/**
 * The database file: opened when it is used, put aside when it is damaged, opened anew when it was replaced. What it
 * cannot do is told by {@linkcode problem} until it can again.
 *
 * One call at a time: whoever owns it waits for each before the next.
 */
export class UsageFile {
  readonly #options: UsageFileOptions;
  #database: UsageDatabase | undefined;
  /** Which file is open: the same path may lead to another by now. */
  #identity: string | undefined;
  /** The last failure; one of writing ends only when something is written again. */
  #failure: { kind: ProblemKind; words: string; purpose: Purpose } | undefined;
  #lockedSince: number | undefined;
  #notice: { words: string; until: number } | undefined;

  constructor(options: UsageFileOptions) {
    this.#options = options;
  }

  get problem(): string | null {
    if (this.#failure) return this.#failure.words;
    return this.#notice && this.#options.clock.monotonic() < this.#notice.until ? this.#notice.words : null;
  }

  /** Why it cannot be used now; a notice of what is over is none. */
  get failure(): string | null {
    return this.#failure?.words ?? null;
  }

  /** Writes; `undefined` when the database cannot be used, which is a problem from then on. */
  write<T>(run: (database: UsageDatabase) => T): Promise<T | undefined> {
    return this.#use("write", run);
  }

  /** Reads; `undefined` also when there is no file, and none is made. */
  async read<T>(run: (database: UsageDatabase) => T): Promise<T | undefined> {
    return await identityOf(this.#options.path) === undefined ? undefined : await this.#use("read", run);
  }

  /** Deletes everything, damaged files too. Throws when it cannot. */
  async clear(): Promise<void> {
    const { path } = this.#options;
    if (await identityOf(path) === undefined) return;
    await this.#tryTwice((database) => database.clear());
    await removeAllAside(path);
    this.#notice = undefined;
    this.#healed("write");
  }

  /** Deletes some of what is older; whether there may be more. */
  async prune(before: number): Promise<boolean> {
    const { path, log } = this.#options;
    const exists = await identityOf(path) !== undefined;
    const hasMore = exists && (await this.write((database) => database.prune(before)) ?? false);
    if (hasMore) return true;
    await removeOldAside(path, before).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return;
      log.warn("An old damaged record of use cannot be deleted", { file: path, error: messageOf(error) });
    });
    return false;
  }

  close(): void {
    try {
      this.#database?.close();
    } catch (error) {
      this.#options.log.warn("The record of use was not closed in order", { error: messageOf(error) });
    }
    this.#database = undefined;
  }

  async #use<T>(purpose: Purpose, run: (database: UsageDatabase) => T): Promise<T | undefined> {
    try {
      const result = await this.#tryTwice(run);
      this.#healed(purpose);
      return result;
    } catch (error) {
      this.#failed(error, purpose);
      return undefined;
    }
  }

  async #tryTwice<T>(run: (database: UsageDatabase) => T): Promise<T> {
    try {
      return run(await this.#open());
    } catch (error) {
      this.close();
      if (problemKind(error) !== "damaged") throw error;
      await this.#putAside(error);
      return run(await this.#open());
    }
  }

  async #open(): Promise<UsageDatabase> {
    const { path } = this.#options;
    if (this.#database && await identityOf(path) === this.#identity) return this.#database;
    this.close();
    this.#identity = await identityOf(path);
    this.#database = await openUsage(path);
    this.#identity = await identityOf(path);
    return this.#database;
  }

  async #putAside(error: unknown): Promise<void> {
    const { path, clock, log } = this.#options;
    // Another daemon on this file may have done so already.
    if (await identityOf(path) !== this.#identity) return;
    const aside = await setAside(path, clock.now());
    const words = `The record of use was damaged; it is kept as ${aside}, and a new one was begun`;
    this.#notice = { words, until: clock.monotonic() + noticeMs };
    log.error(words, { error: messageOf(error) });
  }

  #failed(error: unknown, purpose: Purpose): void {
    const { path, clock, log } = this.#options;
    const kind = problemKind(error);
    if (kind === "locked") {
      this.#lockedSince ??= clock.monotonic();
      if (clock.monotonic() - this.#lockedSince < lockToldAfterMs) return;
    }
    const isNew = this.#failure?.kind !== kind;
    this.#failure = { kind, purpose, words: problemWords(kind, { path, error }) };
    if (isNew) log.warn(this.#failure.words, { error: messageOf(error) });
  }

  #healed(purpose: Purpose): void {
    if (purpose === "write") this.#lockedSince = undefined;
    if (purpose === "read" && this.#failure?.purpose === "write") return;
    if (this.#failure) this.#options.log.info("Requests are recorded again", { file: this.#options.path });
    this.#failure = undefined;
  }
}

/** What tells one file from another; `undefined` where there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
