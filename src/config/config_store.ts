import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { writeAtomic } from "./atomic_file.ts";
import { ConfigConflict, ConfigError, type ConfigProblem, formatProblems, summarizeProblems } from "./config_error.ts";
import { type ConfigFile, configVersion, readConfigFile, renderConfig } from "./config_file.ts";
import { applyOverrides, checkOverrides, type ConfigOverrides, withoutChanged } from "./config_overrides.ts";
import { ConfigWatch } from "./config_watch.ts";
import { deepFreeze } from "./deep_freeze.ts";
import { parseConfig } from "./parse_config.ts";
import type { Config, ConfigInput } from "./schema.ts";

/** How long a file that was removed may be missing before the defaults take over: some editors remove, then write. */
const removedForMs = 1_000;

export interface ConfigStoreOptions {
  path: string;
  /** The user named this file: at the start it has to be there. Default: no. */
  mustExist?: boolean;
  log: Log;
  clock: Clock;
  /** Whether changes of the file are followed. Default: yes. */
  watch?: boolean;
  overrides?: ConfigOverrides;
}

export type ConfigListener = (config: Config, previous: Config) => void;

/** The file as it is now, for who wants to change it. */
export interface ConfigSnapshot {
  /** Names what the file says; another after each change of it, whoever made it. */
  version: string;
  /** What the file says, without defaults. */
  written: ConfigInput;
  /** The same with every default, but without what the command line said over it. */
  config: Config;
}

/** Edits what the file says, without defaults, or returns another. */
export type ConfigChange = (draft: ConfigInput) => ConfigInput | void;

export interface ModifyOptions {
  /** The version of the file that the change was made for. Default: whatever is there. */
  ifVersion?: string;
}

/** What speaks against running a configuration that is good in itself; nothing when it may run. */
export type ConfigVeto = (next: Config) => ConfigProblem[];

/**
 * The running configuration and its file. Changes, whether by `modify()` or by a person's editor, go one after the
 * other the same way: read, verify, swap, notify. A file that is not good is never overwritten and never in use.
 *
 * Listeners are called at once and must not throw or wait; they are called only when something differs.
 */
export class ConfigStore implements AsyncDisposable {
  readonly path: string;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #listeners = new Set<ConfigListener>();
  readonly #errorListeners = new Set<(error: string | null) => void>();
  #overrides: ConfigOverrides;
  /** As the file says, without overrides. */
  #written: Config;
  #config: Config;
  #error: string | null = null;
  #isFilePresent: boolean;
  /** On the monotonic clock, while a removal is not believed yet. */
  #missingSince: number | undefined;
  #veto: ConfigVeto = () => [];
  #watch: ConfigWatch | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: ConfigStoreOptions, written: Config, isFilePresent: boolean) {
    this.path = options.path;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#overrides = options.overrides ?? {};
    this.#written = written;
    this.#config = deepFreeze(applyOverrides(written, this.#overrides));
    this.#isFilePresent = isFilePresent;
  }

  /**
   * Loads the file; without one, unless it must exist, the defaults run and nothing is written.
   *
   * Throws a {@linkcode ConfigError} when the file or an override is not good: a daemon must not start with something
   * else than what its user wrote.
   */
  static async open(options: ConfigStoreOptions): Promise<ConfigStore> {
    const { path, mustExist = false, watch = true, overrides = {} } = options;
    checkOverrides(overrides);
    const { text, result } = await readConfigFile(path);
    if (mustExist && result.ok && text === null) throw new ConfigError(`Cannot use ${path}: there is no such file`, []);
    if (!result.ok) throw new ConfigError(formatProblems(result.problems, path), result.problems);
    const store = new ConfigStore(options, result.config, text !== null);
    if (watch) {
      store.#watch = await ConfigWatch.start({ ...options, onChange: () => store.reload() });
      // What changed between the reading above and the watch.
      await store.reload();
    }
    return store;
  }

  /** Frozen, defaults and overrides applied. Another object after every change. */
  get config(): Config {
    return this.#config;
  }

  /** Why the file on disk is not in use, over several lines; `null` when it is. */
  get error(): string | null {
    return this.#error;
  }

  /** From now on a change of which `veto` finds a problem is refused like one that is not good. */
  vetoWith(veto: ConfigVeto): void {
    this.#veto = veto;
  }

  /** Calls `listener` after each change; the returned function ends that. */
  subscribe(listener: ConfigListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls `listener` when {@linkcode error} changes; the returned function ends that. */
  subscribeError(listener: (error: string | null) => void): () => void {
    this.#errorListeners.add(listener);
    return () => void this.#errorListeners.delete(listener);
  }

  /**
   * Changes the file and what runs. What a user did not write stays unwritten. An override of an option that changes
   * ends.
   *
   * Rejects, with nothing written, when the file on disk or the result is not good ({@linkcode ConfigError}), when the
   * file is not of `ifVersion` any more ({@linkcode ConfigConflict}), when `change` throws, or when the file cannot be
   * written.
   */
  async modify(change: ConfigChange, options: ModifyOptions = {}): Promise<Config> {
    return (await this.#enqueue(() => this.#modify(change, options))).running;
  }

  /** As {@linkcode modify}, but gives what the file said right after the change. */
  async edit(change: ConfigChange, options: ModifyOptions = {}): Promise<ConfigSnapshot> {
    return (await this.#enqueue(() => this.#modify(change, options))).snapshot;
  }

  /** Reads the file. Rejects with a {@linkcode ConfigError} when it is not good: then it can only be corrected by hand. */
  snapshot(): Promise<ConfigSnapshot> {
    return this.#enqueue(async () => {
      const file = await readConfigFile(this.path);
      const { input, config } = this.#good(file);
      return { version: await configVersion(file.text), written: input, config };
    });
  }

  /** Sets the route mode for good, also when the command line had set another. */
  setMode(mode: Config["route"]["mode"]): Promise<Config> {
    return this.#enqueue(async () => {
      const { running } = await this.#modify((draft) => void (draft.route = { ...draft.route, mode }));
      if (this.#overrides.mode === undefined) return running;
      this.#overrides = { ...this.#overrides, mode: undefined };
      return this.#swap(this.#written);
    });
  }

  /** Reads the file again, as a change of it does. Never rejects. */
  async reload(): Promise<void> {
    if (!this.#closed) await this.#enqueue(() => this.#load());
  }

  /** Ends the watch and waits for what is being done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#watch?.close();
    await this.#queue;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error(`Cannot change ${this.path}: the program is ending`));
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #load(): Promise<void> {
    const { text, result } = await readConfigFile(this.path);
    if (!result.ok) return this.#refuse(result.problems);
    if (text === null && this.#isFilePresent) {
      const waitMs = this.#removalWaitMs();
      if (waitMs > 0) return this.#watch?.lookAfter(waitMs);
    }
    const problems = this.#veto(applyOverrides(result.config, this.#overrides));
    if (problems.length > 0) return this.#refuse(problems);
    if (text === null && this.#isFilePresent) {
      this.#log.warn("The configuration file is gone; the defaults run");
    }
    this.#isFilePresent = text !== null;
    this.#missingSince = undefined;
    this.#setError(null);
    this.#swap(result.config);
  }

  /** How long until a missing file counts as removed. */
  #removalWaitMs(): number {
    this.#missingSince ??= this.#clock.monotonic();
    return this.#missingSince + removedForMs - this.#clock.monotonic();
  }

  #refuse(problems: ConfigProblem[]): void {
    const error = formatProblems(problems, this.path);
    if (error === this.#error) return;
    this.#log.error(`Kept the running configuration: ${summarizeProblems(problems, this.path)}`);
    this.#setError(error);
  }

  /** What a good file says; one that is not must not be overwritten. */
  #good({ result }: ConfigFile): Extract<ConfigFile["result"], { ok: true }> {
    if (result.ok) return result;
    const problems = formatProblems(result.problems, this.path);
    throw new ConfigError(
      `Nothing was changed, for the file would be overwritten.\n${problems}`,
      result.problems,
      "file",
    );
  }

  async #modify(
    change: ConfigChange,
    { ifVersion }: ModifyOptions = {},
  ): Promise<{ running: Config; snapshot: ConfigSnapshot }> {
    const file = await readConfigFile(this.path);
    let { text } = file;
    const result = this.#good(file);
    if (ifVersion !== undefined && ifVersion !== await configVersion(text)) throw new ConfigConflict(this.path);
    const draft = structuredClone(result.input);
    const changed = change(draft) ?? draft;
    const verified = parseConfig(changed);
    if (!verified.ok) {
      throw new ConfigError(formatProblems(verified.problems, "the changed configuration"), verified.problems);
    }
    const overrides = withoutChanged(this.#overrides, result.config, verified.config);
    const problems = this.#veto(applyOverrides(verified.config, overrides));
    if (problems.length > 0) throw new ConfigError(formatProblems(problems, "the changed configuration"), problems);
    if (JSON.stringify(changed) !== JSON.stringify(result.input)) {
      text = renderConfig(changed, text);
      await writeAtomic(this.path, text);
      this.#isFilePresent = true;
    }
    this.#missingSince = undefined;
    this.#overrides = overrides;
    this.#setError(null);
    const { input: written, config } = verified;
    return { running: this.#swap(config), snapshot: { version: await configVersion(text), written, config } };
  }

  #swap(written: Config): Config {
    this.#written = written;
    const previous = this.#config;
    const next = applyOverrides(written, this.#overrides);
    if (JSON.stringify(next) === JSON.stringify(previous)) return previous;
    this.#config = deepFreeze(next);
    this.#log.info("Configuration changed");
    for (const listener of this.#listeners) this.#call(() => listener(next, previous));
    return next;
  }

  #setError(error: string | null): void {
    if (error === this.#error) return;
    this.#error = error;
    for (const listener of this.#errorListeners) this.#call(() => listener(error));
  }

  /** One listener's failure is not the others'. */
  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#log.error("Cannot apply a changed configuration", { error: messageOf(error) });
    }
  }
}
