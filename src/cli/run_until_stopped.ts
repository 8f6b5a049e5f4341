import type { Daemon } from "../app.ts";
import { onEachInterrupt } from "./each_interrupt.ts";
import { ExitCode, type Io } from "./io.ts";

/** How long a daemon that was told twice may take before it ends anyway. */
const hurriedMs = 3_000;

/**
 * Runs a daemon until a signal ends it, also one that comes while it starts. The first lets running answers finish, the
 * second ends them with an error, the third ends the process.
 */
export async function runUntilStopped(io: Io, start: () => Promise<Daemon>): Promise<ExitCode> {
  const stop = Promise.withResolvers<void>();
  const hurry = Promise.withResolvers<void>();
  let cancelExit = () => {};
  const exit = () => io.exit(ExitCode.failed);
  const steps = [
    stop.resolve,
    () => {
      cancelExit = io.clock.after(hurriedMs, exit);
      hurry.resolve();
    },
  ];
  const ignoreSignals = onEachInterrupt(io, stopSignals(io), () => (steps.shift() ?? exit)());
  const ignoreHangup = io.onSignal(["SIGHUP"], () => {});
  try {
    const daemon = await start();
    await Promise.race([stop.promise, daemon.closed]);
    // Its failure is that of the close() below.
    hurry.promise.then(() => daemon.close({ graceMs: 0 })).catch(() => {});
    await daemon.close();
    await daemon.closed;
    return ExitCode.done;
  } finally {
    cancelExit();
    ignoreSignals();
    ignoreHangup();
  }
}

/**
 * With a terminal, SIGHUP says that it was closed. Without one (nohup, a service) it says nothing: going on is what
 * nohup asks for. Whether SIGHUP was ignored at the start cannot be asked within the daemon's permissions.
 */
function stopSignals({ isTerminal }: Io): Deno.Signal[] {
  const hasTerminal = isTerminal.stdin || isTerminal.stdout || isTerminal.stderr;
  return hasTerminal ? ["SIGINT", "SIGTERM", "SIGHUP"] : ["SIGINT", "SIGTERM"];
}
