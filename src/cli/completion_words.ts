import type { CommandSpec, FlagSpec } from "./command_spec.ts";
import { commands, helpFlag } from "./commands.ts";

/** One command that can be typed, such as `config show`. */
export interface CommandPath {
  path: readonly string[];
  command: CommandSpec;
}

/** Every command and subcommand, parents before their children. */
export function commandPaths(): CommandPath[] {
  const below = (parent: readonly string[], known: readonly CommandSpec[]): CommandPath[] =>
    known.flatMap((command) => {
      const path = [...parent, command.name];
      return [{ path, command }, ...below(path, command.subcommands ?? [])];
    });
  return below([], commands);
}

/** What a command's flags are, `--help` included. */
export function flagsOf(command: CommandSpec): FlagSpec[] {
  return [...command.flags, helpFlag];
}

/** `--help` and, where there is one, `-h`. */
export function flagWords(flag: FlagSpec): string[] {
  return flag.short ? [`--${flag.name}`, `-${flag.short}`] : [`--${flag.name}`];
}

/** `text` as one word of a POSIX-like shell. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
