import type { Daemon, DaemonOptions } from "../app.ts";
import { resolvePaths } from "../config/paths.ts";
import { version } from "../core/version.ts";
import type { CommandContext } from "./command.ts";
import type { Invocation } from "./command_spec.ts";
import { ExitCode, type Io } from "./io.ts";

/** What starts the broker; the default is the real one, loaded here and not before. */
export type LoadApp = () => Promise<{ startDaemon(options: DaemonOptions): Promise<Daemon> }>;

/** `run`: the broker until a signal ends it. Its failure to start is thrown, with words for the user. */
export async function runCommand(
  { io, invocation }: CommandContext,
  load: LoadApp = () => import("../app.ts"),
): Promise<ExitCode> {
  const options = daemonOptions(io, invocation);
  const { startDaemon } = await load();
  return await runUntilStopped(io, () => startDaemon(options));
}

function daemonOptions(io: Io, { options }: Invocation): DaemonOptions {
  const overrides = {
    host: options.host,
    port: options.port === undefined ? undefined : Number(options.port),
    // Checked against the choices in the table of commands.
    mode: options.mode as DaemonOptions["overrides"]["mode"],
    logLevel: options["log-level"] as DaemonOptions["overrides"]["logLevel"],
    logFormat: options["log-format"] as DaemonOptions["overrides"]["logFormat"],
  };
  return {
    paths: resolvePaths(io.env),
    overrides,
    env: io.env,
    configFile: options.config,
    writeLog: io.err,
    version,
  };
}

/** The first signal lets running answers finish, also one that comes while starting; the second ends at once. */
async function runUntilStopped(io: Io, start: () => Promise<Daemon>): Promise<ExitCode> {
  let signals = 0;
  const stop = Promise.withResolvers<void>();
  const ignoreSignals = io.onSignal(["SIGINT", "SIGTERM"], () => {
    signals += 1;
    if (signals === 1) stop.resolve();
    else io.exit(ExitCode.failed);
  });
  try {
    const daemon = await start();
    await Promise.race([stop.promise, daemon.closed]);
    await daemon.close();
    await daemon.closed;
    return ExitCode.done;
  } finally {
    ignoreSignals();
  }
}
