/** What tests put in the place of the machine. */
export interface LinkParts {
  timers?: Timers;
  /** From 0 to 1. */
  random?: () => number;
  loadSystem?: () => Promise<System | undefined>;
}

/** Time, passed in so that tests own it; all figures are milliseconds. */
export interface Timers {
  /** Never goes back. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; the returned function cancels it. */
  after(ms: number, fn: () => void): () => void;
}

/** What the library needs of the machine, outside browsers. */
export interface System {
  /** A variable of the environment; `undefined` where it is not set, empty, or may not be read. */
  env(name: string): string | undefined;
  /** A small file and its permission bits; `undefined`: there is none. Throws when it cannot be read. */
  readFile(path: string): Promise<{ text: string; mode: number } | undefined>;
  /** Runs a program to its end; `undefined`: it is not here, or may not be run. */
  run(command: readonly string[], options: { timeoutMs: number }): Promise<Ran | undefined>;
  /** Starts a program that lives on without us; `undefined`: it is not here. */
  startDetached(command: readonly string[]): Promise<{ ended: Promise<number | null> } | undefined>;
  /** `fetch` that asks no proxy on the way to an address of this machine. */
  directFetch(): typeof fetch;
}

export interface Ran {
  /** `null`: a signal ended it. */
  code: number | null;
  stdout: string;
}
