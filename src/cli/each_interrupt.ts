import type { Io } from "./io.ts";

/** A terminal signals its whole group, and launchers such as `deno task` hand on what they get: one Ctrl-C, two signals. */
const echoMs = 1_000;

/**
 * Calls `handler` at each of `signals` in place of the default, but not at those that come within a second of one that
 * counted: they are its echo. The returned function ends that.
 */
export function onEachInterrupt(io: Io, signals: readonly Deno.Signal[], handler: () => void): () => void {
  let countedAt = -Infinity;
  return io.onSignal(signals, () => {
    const now = io.clock.monotonic();
    if (now - countedAt < echoMs) return;
    countedAt = now;
    handler();
  });
}
