import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { PartSeen } from "../core/part_seen.ts";
import { envSecrets } from "../config/secrets_env.ts";
import type { SecretUse } from "../config/secret_uses.ts";
import { SecretError, type SecretHome } from "../state/secrets.ts";
import { MissingWatch } from "./missing_watch.ts";
import type { SecretHomes } from "./secret_homes.ts";

export interface SecretKeeperOptions {
  env: (name: string) => string | undefined;
  clock: Clock;
  log: Log;
  /** Told each value before it is used, so that it is kept out of logs and answers. */
  onRead: (value: string) => void;
  /** Called once, when a needed secret is not in the environment or somebody changes one. */
  openHomes: () => Promise<SecretHomes>;
}

/** What is held of a needed secret that is not in the environment. */
export interface HeldSecret {
  value?: string;
  home?: SecretHome;
  /** Why there is no value. */
  problem?: SecretError;
}

type KeyringListener = (seen: PartSeen) => void;
type Listener = (names: readonly string[]) => void;

/**
 * Holds the secrets that the running configuration needs, from where they are found first: environment, keyring, file.
 * It asks the user nothing. What a keyring keeps back, because it is locked or does not run, comes by itself later.
 */
export class SecretKeeper implements AsyncDisposable {
  /** The value of a secret now; `undefined`: there is none. Throws for one of the environment that cannot be used. */
  readonly get: (name: string) => string | undefined;
  readonly #options: SecretKeeperOptions;
  readonly #stop = new AbortController();
  readonly #held = new Map<string, HeldSecret>();
  /** Values that no home keeps, by name. */
  readonly #inMemory = new Map<string, string>();
  readonly #listeners = new Set<Listener>();
  readonly #keyringListeners = new Set<KeyringListener>();
  readonly #missing: MissingWatch;
  #uses: readonly SecretUse[] = [];
  #homes: Promise<SecretHomes> | undefined;
  /** One look at a time: what a later one finds is newer. */
  #last = Promise.resolve();
  #looks = 0;
  #told = "";

  constructor(options: SecretKeeperOptions) {
    this.#options = options;
    const ofEnvironment = envSecrets(options.env, options.onRead);
    this.get = (name) => ofEnvironment(name) ?? this.#inMemory.get(name) ?? this.#held.get(name)?.value;
    this.#missing = new MissingWatch({
      clock: options.clock,
      watchKeyring: async (signal, onChange) => (await this.homes()).watchKeyring(signal, onChange),
      lookAgain: (how) => void this.lookAgain(how),
    });
  }

  /** As {@linkcode get}, but throws a `SecretError` where the keyring that may have it is locked. */
  readonly demand = (name: string): string | undefined => {
    const value = this.get(name);
    const problem = this.#held.get(name)?.problem;
    if (value === undefined && problem?.code === "locked") throw problem;
    return value;
  };

  get uses(): readonly SecretUse[] {
    return this.#uses;
  }

  /** The homes, opened when they are first needed. */
  homes(): Promise<SecretHomes> {
    return this.#homes ??= this.#options.openHomes();
  }

  held(name: string): Readonly<HeldSecret> | undefined {
    return this.#held.get(name);
  }

  /** Whether the environment has it, be it of use or not. */
  isInEnvironment(name: string): boolean {
    try {
      return envSecrets(this.#options.env)(name) !== undefined;
    } catch {
      return true;
    }
  }

  /**
   * Calls `listener` with the names of secrets that came, changed or went, or that a locked keyring keeps back now; the
   * returned function ends that.
   */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls `listener` with how the keyring fares, now and whenever that was looked at; the returned function ends that. */
  subscribeKeyring(listener: KeyringListener): () => void {
    this.#keyringListeners.add(listener);
    listener(this.#keyringSeen());
    return () => void this.#keyringListeners.delete(listener);
  }

  /** From now on holds what these uses need. Resolves once what is new was looked for; never rejects. */
  async follow(uses: readonly SecretUse[]): Promise<void> {
    this.#uses = uses;
    const needed = new Set(uses.filter(({ isNeeded }) => isNeeded).map(({ name }) => name));
    for (const name of this.#held.keys()) if (!needed.has(name)) this.#held.delete(name);
    const added = [...needed].filter((name) => !this.#held.has(name) && !this.isInEnvironment(name));
    for (const name of added) this.#held.set(name, this.#ofMemory(name) ?? {});
    await this.#look(() => added.filter((name) => this.#ofMemory(name) === undefined), { mayStart: true });
  }

  /** Whether something is being looked for. */
  get isLooking(): boolean {
    return this.#looks > 0;
  }

  /** Waits until all that is being looked for was found or not, but no longer than `ms`. */
  async settled(ms: number): Promise<void> {
    if (this.#looks === 0) return;
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ms, late.resolve);
    await Promise.race([this.#last, late.promise]);
    cancel();
  }

  /** Whether a secret may come by itself: it is being looked for, or the keyring is locked. */
  mayStillCome(name: string): boolean {
    const held = this.#held.get(name);
    if (held === undefined || held.value !== undefined) return false;
    return this.#looks > 0 || held.problem?.code === "locked";
  }

  /** Keeps a value out of logs and answers from now on. */
  hide(value: string): void {
    this.#options.onRead(value);
  }

  /** A home was given another value for this name, or none. */
  changed(name: string, now: { value: string; home: SecretHome } | undefined): void {
    const wasInMemory = this.#inMemory.delete(name);
    const before = this.#held.get(name);
    if (!before) return;
    this.#held.set(name, { ...now });
    const hasOnlyMoved = wasInMemory && before.value === now?.value;
    // The same value once more may be meant as: try again.
    if ((now || before.value !== undefined) && !hasOnlyMoved) this.#tell([name]);
    this.#followUp();
  }

  /**
   * Holds a value that no home keeps, until the daemon ends or a home is given another. It counts before what the
   * keyring and the file have.
   */
  hold(name: string, value: string): void {
    if (this.#inMemory.get(name) === value) return;
    this.hide(value);
    this.#inMemory.set(name, value);
    if (!this.#held.has(name)) return;
    this.#held.set(name, { value, home: "memory" });
    this.#tell([name]);
    this.#followUp();
  }

  isInMemory(name: string): boolean {
    return this.#inMemory.has(name);
  }

  /** Looks for all that is missing. */
  async lookAgain({ mayStart }: { mayStart: boolean }): Promise<void> {
    await this.#look(() => this.#withoutValue(), { mayStart });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The daemon stops"));
    await this.#missing[Symbol.asyncDispose]();
    await this.#last;
    this.#held.clear();
    this.#inMemory.clear();
  }

  #ofMemory(name: string): HeldSecret | undefined {
    const value = this.#inMemory.get(name);
    return value === undefined ? undefined : { value, home: "memory" };
  }

  #withoutValue(): string[] {
    return [...this.#held].filter(([, { value }]) => value === undefined).map(([name]) => name);
  }

  #look(names: () => readonly string[], how: { mayStart: boolean }): Promise<void> {
    if (names().length === 0) {
      this.#followUp();
      return Promise.resolve();
    }
    this.#looks++;
    return this.#last = this.#last.then(async () => {
      const wanted = names();
      const isNews = await Promise.all(wanted.map((name) => this.#lookUp(name, how)));
      this.#looks--;
      this.#tell(wanted.filter((_, i) => isNews[i]));
      this.#followUp();
    });
  }

  /** Whether there is something to tell. What was set meanwhile is newer than what is found. */
  async #lookUp(name: string, { mayStart }: { mayStart: boolean }): Promise<boolean> {
    const before = this.#held.get(name);
    if (before === undefined || this.#stop.signal.aborted) return false;
    const found = await this.#find(name, mayStart);
    if (this.#stop.signal.aborted || this.#held.get(name) !== before) return false;
    if (found.value !== undefined) this.#options.onRead(found.value);
    this.#held.set(name, found);
    return found.value !== before.value || isLocked(found) !== isLocked(before);
  }

  async #find(name: string, mayStart: boolean): Promise<HeldSecret> {
    const { signal } = this.#stop;
    let problem: SecretError | undefined;
    const missed = (error: unknown): undefined => {
      // That there is no keyring explains less than anything else.
      if (!problem || problem.code === "no_keyring") problem = toProblem(error);
    };
    try {
      const { keyring, file } = await this.homes();
      const ofKeyring = await keyring.get(name, { signal, mayStart }).catch(missed);
      if (ofKeyring !== undefined) return { value: ofKeyring, home: "keyring" };
      const ofFile = await file.get(name, { signal }).catch(missed);
      if (ofFile !== undefined) return { value: ofFile, home: "file" };
    } catch (error) {
      missed(error);
    }
    return { problem };
  }

  #followUp(): void {
    if (this.#stop.signal.aborted || this.#looks > 0) return;
    const missing = this.#withoutValue();
    const problems = missing.flatMap((name) => this.#held.get(name)?.problem ?? []);
    this.#missing.update({ isMissing: missing.length > 0, hasFailed: problems.some(({ code }) => code === "failed") });
    this.#logProblems(problems);
    for (const listener of this.#keyringListeners) listener(this.#keyringSeen());
  }

  /** As what it was last asked for went. */
  #keyringSeen(): PartSeen {
    const held = [...this.#held.values()];
    const problem = held.flatMap(({ problem }) => problem ?? [])[0];
    if (problem) return { state: problem.code === "failed" ? "failed" : "waiting", reason: problem.message };
    return { state: held.some(({ home }) => home === "keyring") ? "running" : "off" };
  }

  /** Each problem once, as long as it lasts. */
  #logProblems(problems: readonly SecretError[]): void {
    const reasons = [...new Set(problems.filter(({ code }) => code !== "no_keyring").map(({ message }) => message))];
    const told = reasons.sort().join("\n");
    if (told === this.#told) return;
    if (told === "") this.#options.log.info("Every secret that was kept back can be read again");
    this.#told = told;
    for (const reason of reasons) this.#options.log.warn("A secret cannot be read", { reason });
  }

  #tell(names: readonly string[]): void {
    if (names.length === 0 || this.#stop.signal.aborted) return;
    for (const listener of [...this.#listeners]) listener(names);
  }
}

function isLocked({ problem }: HeldSecret): boolean {
  return problem?.code === "locked";
}

function toProblem(error: unknown): SecretError {
  return error instanceof SecretError ? error : new SecretError("failed", messageOf(error), { cause: error });
}
