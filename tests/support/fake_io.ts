import type { ExitCode, Io } from "../../src/cli/io.ts";
import { FakeClock } from "./fake_clock.ts";

export interface FakeIoOptions {
  env?: Record<string, string | undefined>;
  /** What is piped in; leave it out for a standard input that is empty. */
  stdin?: string | ReadableStream<Uint8Array<ArrayBuffer>>;
  terminal?: Partial<Record<"stdin" | "stdout" | "stderr", boolean>>;
}

/** A terminal that remembers. Its clock stands still unless told. */
export class FakeIo implements Io {
  stdout = "";
  stderr = "";
  /** What `exit()` was called with; the fake goes on after it. */
  readonly exits: ExitCode[] = [];
  readonly clock = new FakeClock();
  readonly programName = "cloudtolocalllm";
  readonly isTerminal: Io["isTerminal"];
  /** Whether the reader of standard output has gone. */
  outputClosed = false;
  readonly #options: FakeIoOptions;
  readonly #handlers = new Map<Deno.Signal, Set<() => void>>();
  readonly #waiting: { text: string; met: () => void }[] = [];

  constructor(options: FakeIoOptions = {}) {
    this.#options = options;
    this.isTerminal = { stdin: false, stdout: false, stderr: false, ...options.terminal };
  }

  readonly out = (text: string): void => {
    if (this.outputClosed) throw new Deno.errors.BrokenPipe("Broken pipe");
    this.stdout += text;
    this.#wake();
  };

  readonly err = (text: string): void => {
    this.stderr += text;
    this.#wake();
  };

  stdin(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { stdin = "" } = this.#options;
    return typeof stdin === "string" ? ReadableStream.from([new TextEncoder().encode(stdin)]) : stdin;
  }

  readonly env = (name: string): string | undefined => this.#options.env?.[name];

  /** Each change of the terminal's mode. */
  readonly rawModes: boolean[] = [];

  setRaw(isRaw: boolean): void {
    this.rawModes.push(isRaw);
  }

  onSignal(signals: readonly Deno.Signal[], handler: () => void): () => void {
    for (const signal of signals) this.#of(signal).add(handler);
    return () => signals.forEach((signal) => this.#of(signal).delete(handler));
  }

  exit(code: ExitCode): void {
    this.exits.push(code);
  }

  /** Delivers a signal; returns whether somebody handles it. */
  signal(signal: Deno.Signal): boolean {
    const handlers = [...this.#of(signal)];
    for (const handler of handlers) handler();
    return handlers.length > 0;
  }

  /** Resolves when `text` stands in either output; rejects with what stands there instead after ten seconds. */
  printed(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`Not printed: ${text}\nstdout: ${this.stdout}\nstderr: ${this.stderr}`));
      const timer = setTimeout(late, 10_000);
      const met = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.push({ text, met });
      this.#wake();
    });
  }

  #of(signal: Deno.Signal): Set<() => void> {
    const handlers = this.#handlers.get(signal) ?? new Set();
    this.#handlers.set(signal, handlers);
    return handlers;
  }

  #wake(): void {
    for (const { text, met } of this.#waiting) {
      if (this.stdout.includes(text) || this.stderr.includes(text)) met();
    }
  }
}
