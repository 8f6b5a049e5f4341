import type { Clock } from "../core/clock.ts";

/** What a command ends with. Scripts rely on these. */
export const ExitCode = { done: 0, failed: 1, usage: 2, notRunning: 3 } as const;
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** Everything a command touches outside itself, so that a test can stand in for the terminal. */
export interface Io {
  /** To standard output. Throws `Deno.errors.BrokenPipe` when its reader has gone. */
  out(text: string): void;
  /** To standard error. Never throws: what cannot be reported must not stop what runs. */
  err(text: string): void;
  /** Standard input; opened when first read. */
  stdin(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Whether the terminal hands on each key at once and shows none, Ctrl-C included. */
  setRaw(isRaw: boolean): void;
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  env(name: string): string | undefined;
  readonly clock: Clock;
  /** Calls `handler` at each of `signals` in place of the default; the returned function ends that. */
  onSignal(signals: readonly Deno.Signal[], handler: () => void): () => void;
  /** Ends the process at once, for a user who asked twice. */
  exit(code: ExitCode): void;
  /** How the user started this program, for the commands in help and advice. */
  readonly programName: string;
}
