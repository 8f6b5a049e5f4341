import type { Daemon } from "../app.ts";
import type { DaemonOptions } from "../app/ground.ts";
import { resolvePaths } from "../config/paths.ts";
import { version } from "../core/version.ts";
import type { CommandContext } from "./command.ts";
import type { Invocation } from "./command_spec.ts";
import { ExitCode, type Io } from "./io.ts";
import { runUntilStopped } from "./run_until_stopped.ts";

/** What starts the broker; the default is the real one, loaded here and not before. */
export type LoadApp = () => Promise<{ startDaemon(options: DaemonOptions): Promise<Daemon> }>;

/** What lets a daemon that runs already open its settings; see `src/app/first_instance.ts`. */
export type LoadFirstInstance = () => Promise<Pick<typeof import("../app/first_instance.ts"), "openSettingsOfFirst">>;

export interface RunParts {
  loadApp?: LoadApp;
  loadFirstInstance?: LoadFirstInstance;
}

/**
 * `run`: the broker until a signal ends it. Its failure to start is thrown, with words for the user; but who starts the
 * daemon of the session a second time wants to see the first.
 */
export async function runCommand(
  { io, invocation }: CommandContext,
  { loadApp = () => import("../app.ts"), loadFirstInstance = () => import("../app/first_instance.ts") }: RunParts = {},
): Promise<ExitCode> {
  const options = daemonOptions(io, invocation);
  const { startDaemon } = await loadApp();
  try {
    return await runUntilStopped(io, () => startDaemon(options));
  } catch (error) {
    const broker = brokerInPlace(error);
    if (broker === undefined) throw error;
    if (options.desktop?.givesWayQuietly) return ExitCode.done;
    if (!options.desktop?.isTheOne) throw error;
    const { openSettingsOfFirst } = await loadFirstInstance();
    const address = await openSettingsOfFirst(io.env, { broker, clock: io.clock });
    if (address === undefined) throw error;
    io.out(`CloudToLocalLLM runs already at ${address}; its settings are opened\n`);
    return ExitCode.done;
  }
}

/** Origin of the broker that runs where this one was to; `undefined`: that is not why the start failed. */
function brokerInPlace(error: unknown): string | undefined {
  const isIt = error instanceof Error && error.name === "AddressInUse" && "broker" in error;
  return isIt && typeof error.broker === "string" ? error.broker : undefined;
}

function daemonOptions(io: Io, { options, switches }: Invocation): DaemonOptions {
  const overrides = {
    host: options.host,
    port: options.port === undefined ? undefined : Number(options.port),
    // Checked against the choices in the table of commands.
    mode: options.mode as DaemonOptions["overrides"]["mode"],
    logLevel: options["log-level"] as DaemonOptions["overrides"]["logLevel"],
    logFormat: options["log-format"] as DaemonOptions["overrides"]["logFormat"],
  };
  // Who names another place wants another daemon beside the one of the session.
  const isTheOne = [options.host, options.port, options.config].every((option) => option === undefined);
  const home = io.env("HOME");
  return {
    paths: resolvePaths(io.env),
    overrides,
    env: io.env,
    configFile: options.config,
    writeLog: io.err,
    version,
    appLink: isTheOne && home?.startsWith("/") ? { portFile: `${home}/.cloudtolocalllm/tray_port` } : undefined,
    endProcess: () => io.exit(ExitCode.failed),
    desktop: {
      isTheOne,
      givesWayQuietly: switches.has("unless-running"),
    },
  };
}
