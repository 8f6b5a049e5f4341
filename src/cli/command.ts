import type { Invocation } from "./command_spec.ts";
import type { ExitCode, Io } from "./io.ts";

export interface CommandContext {
  io: Io;
  invocation: Invocation;
}

/** A command's body. What it throws is printed as a sentence and ends with {@linkcode ExitCode}.failed or its own code. */
export type Command = (context: CommandContext) => Promise<ExitCode>;
