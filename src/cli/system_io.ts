import { systemClock } from "../core/clock.ts";
import type { Io } from "./io.ts";

type Output = typeof Deno.stdout;

const encoder = new TextEncoder();

/**
 * A launcher such as npx may leave our pipe in non-blocking mode, and a slow reader then makes a write fail that would
 * have waited: wait here instead, for these few milliseconds.
 */
function waitForReader(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

function writeAll(output: Pick<Output, "writeSync">, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(output.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      waitForReader();
    }
  }
}

function listen(signals: readonly Deno.Signal[], handler: () => void): () => void {
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, handler);
  };
}

/** The process's own terminal, pipes, environment and signals. */
export function systemIo(): Io {
  return {
    out: (text) => writeAll(Deno.stdout, text),
    err(text) {
      try {
        writeAll(Deno.stderr, text);
      } catch {
        // Nobody reads standard error any more.
      }
    },
    stdin: () => Deno.stdin.readable,
    setRaw: (isRaw) => Deno.stdin.setRaw(isRaw),
    isTerminal: {
      get stdin() {
        return Deno.stdin.isTerminal();
      },
      get stdout() {
        return Deno.stdout.isTerminal();
      },
      get stderr() {
        return Deno.stderr.isTerminal();
      },
    },
    env: (name) => Deno.env.get(name),
    clock: systemClock,
    onSignal: listen,
    exit: (code) => Deno.exit(code),
    programName: Deno.build.standalone ? "cloudtolocalllm" : "deno task start",
  };
}
