import type { Daemon } from "../app.ts";
import type { DaemonOptions } from "../app/ground.ts";
import { resolvePaths } from "../config/paths.ts";
import { version } from "../core/version.ts";
import type { CommandContext } from "./command.ts";
import type { Invocation } from "./command_spec.ts";
import type { ExitCode, Io } from "./io.ts";
import { runUntilStopped } from "./run_until_stopped.ts";

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
    // Who names another place wants another daemon beside the one of the session.
    desktop: { isTheOne: [options.host, options.port, options.config].every((option) => option === undefined) },
  };
}
