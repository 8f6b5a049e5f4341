import type { Log } from "../core/log.ts";

export interface UncaughtOptions {
  log: Log;
  /** Takes secrets out of a text. */
  redact: (text: string) => string;
  /** Keeps the reason for the next start. */
  note: (error: string) => void;
  /** Ends the process, as failed. */
  end: () => void;
}

/**
 * An error that nobody caught is logged with its stack, then the process ends: what state it is in nobody knows, and who
 * started it can do so again. The runtime's own way would print it with what secrets it carries.
 */
export function endAtUncaughtErrors({ log, redact, note, end }: UncaughtOptions): Disposable {
  const fail = (event: Event, error: unknown) => {
    event.preventDefault();
    try {
      const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const stack = error instanceof Error ? error.stack : undefined;
      log.error("The daemon ends, by an error that nobody caught", { error: words, stack });
      note(redact(words));
    } finally {
      end();
    }
  };
  const onError = (event: ErrorEvent) => fail(event, event.error ?? event.message);
  const onRejection = (event: PromiseRejectionEvent) => fail(event, event.reason);
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("error", onError);
      globalThis.removeEventListener("unhandledrejection", onRejection);
    },
  };
}
