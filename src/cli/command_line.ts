import { messageOf } from "../core/errors.ts";
import { version } from "../core/version.ts";
import { type CommandContext } from "./command.ts";
import { ExitCode, type Io } from "./io.ts";
import { loadCommand } from "./load_command.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { UsageError } from "./usage_error.ts";

/** Runs the command that `words` (what follows the program's name) ask for, and gives what the process ends with. */
export async function runCommandLine(words: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const line = parseCommandLine(words);
    if (line.kind === "command") return await runInvocation({ io, invocation: line.invocation });
    if (line.kind === "version") io.out(`cloudtolocalllm ${version}\n`);
    else io.out((await import("./help_text.ts")).helpText(line.path, io.programName));
    return ExitCode.done;
  } catch (error) {
    return await report(error, io);
  }
}

async function runInvocation(context: CommandContext): Promise<ExitCode> {
  const command = await loadCommand(context.invocation.path[0]);
  return await command(context);
}

async function report(error: unknown, io: Io): Promise<ExitCode> {
  // The reader of our output (`| head`) has what it wanted.
  if (error instanceof Deno.errors.BrokenPipe) return ExitCode.done;
  if (error instanceof UsageError) return await reportUsage(error, io);
  io.err(`${messageOf(error)}\n`);
  return isNotRunning(error) ? ExitCode.notRunning : ExitCode.failed;
}

/** By name: the class lives in a module that most commands never load. */
function isNotRunning(error: unknown): boolean {
  return error instanceof Error && error.name === "DaemonNotRunning";
}

async function reportUsage(error: UsageError, io: Io): Promise<ExitCode> {
  const { nearestName } = await import("../config/nearest_name.ts");
  const meant = error.typed === undefined ? undefined : nearestName(error.typed, error.known);
  io.err(`${error.message}${meant ? `; did you mean ${meant}?` : ""}\n`);
  io.err(`See: ${[io.programName, ...error.path, "--help"].join(" ")}\n`);
  return ExitCode.usage;
}
