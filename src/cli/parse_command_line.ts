import { parseArgs } from "@std/cli/parse-args";
import type { CommandSpec, FlagSpec, Invocation, ValueSpec } from "./command_spec.ts";
import { commands, findCommand, helpFlag, hiddenCommands, versionFlag } from "./commands.ts";
import { parseDurationMs } from "./parse_duration.ts";
import { UsageError } from "./usage_error.ts";

/** What a command line asks for. */
export type CommandLine =
  | { kind: "help"; path: readonly string[] }
  | { kind: "version" }
  | { kind: "command"; invocation: Invocation };

/**
 * Understands the words after the program's name. A flag without a command belongs to `run`. Throws
 * {@linkcode UsageError}.
 */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const [first, ...rest] = words;
  if (isFlag(first, helpFlag)) return { kind: "help", path: [] };
  if (isFlag(first, versionFlag)) return { kind: "version" };
  if (first === "help") return { kind: "help", path: knownPath(rest) };
  if (first === undefined || first.startsWith("-")) return parseCommand(["run"], words);
  if (namesOf(hiddenCommands).includes(first)) return parseCommand([first], rest);
  return parseCommand([requireName(first, [], commands)], rest);
}

function parseCommand(path: readonly string[], words: readonly string[]): CommandLine {
  const command = findCommand(path)!;
  if (!command.subcommands) return parseWords(command, path, words);
  const [next, ...rest] = words;
  if (isFlag(next, helpFlag)) return { kind: "help", path };
  if (next === undefined) {
    throw new UsageError(`${path.join(" ")} needs one of: ${namesOf(command.subcommands).join(", ")}`, { path });
  }
  const names = namesOf(command.subcommands);
  if (command.refusal !== undefined && !names.includes(next)) throw discreet(command, path);
  return parseCommand([...path, requireName(next, path, command.subcommands)], rest);
}

function parseWords(command: CommandSpec, path: readonly string[], words: readonly string[]): CommandLine {
  const flags = [...command.flags, helpFlag];
  const switches = flags.filter((flag) => !flag.value).map((flag) => flag.name);
  const options = flags.filter((flag) => flag.value).map((flag) => flag.name);
  let unknown: string | undefined;
  const parsed = parseArgs(words, {
    boolean: switches,
    string: [...options, "_"],
    alias: Object.fromEntries(flags.flatMap(({ name, short }) => short === undefined ? [] : [[name, short]])),
    unknown(word, key) {
      if (key !== undefined) unknown ??= word;
      return key === undefined;
    },
  });
  if (parsed[helpFlag.name]) return { kind: "help", path };
  if (unknown !== undefined) throw discreet(command, path) ?? unknownFlag(unknown, path, flags);
  refuseSwitchValues(words, switches, command, path);
  return {
    kind: "command",
    invocation: {
      path,
      arguments: readArguments(command, path, parsed._.map(String)),
      options: readOptions(command, path, parsed),
      switches: new Set(switches.filter((name) => parsed[name] === true)),
    },
  };
}

function readArguments(
  command: CommandSpec,
  path: readonly string[],
  words: readonly string[],
): Record<string, string | undefined> {
  const surplus = command.arguments.at(-1)?.repeated ? undefined : words[command.arguments.length];
  if (surplus !== undefined) {
    const refusal = discreet(command, path);
    if (refusal) throw refusal;
    const most = command.arguments.length === 0 ? "no argument" : command.arguments.map((a) => a.value.name).join(" ");
    throw new UsageError(`${path.join(" ")} takes ${most}, received also "${surplus}"`, { path });
  }
  return Object.fromEntries(command.arguments.map(({ value, optional, repeated }, index) => {
    const word = repeated && words.length > index ? words.slice(index).join(" ") : words[index];
    if (word === undefined && !optional) throw new UsageError(`${path.join(" ")} needs ${value.name}`, { path });
    if (word !== undefined) checkValue(value, word, value.name, path);
    return [value.name, word];
  }));
}

function readOptions(
  command: CommandSpec,
  path: readonly string[],
  parsed: Record<string, unknown>,
): Record<string, string | undefined> {
  const entries = command.flags.flatMap(({ name, value }) => {
    if (!value || parsed[name] === undefined) return [];
    const word = String(parsed[name]);
    if (word === "") throw missingValue(name, value, path);
    checkValue(value, word, `--${name}`, path);
    return [[name, word]];
  });
  return Object.fromEntries(entries);
}

function missingValue(name: string, value: ValueSpec, path: readonly string[]): UsageError {
  const hint = value.kind === "text" ? `; one that begins with a dash is written --${name}=${value.name}` : "";
  return new UsageError(`--${name} needs ${value.name}${hint}`, { path });
}

function checkValue(value: ValueSpec, word: string, label: string, path: readonly string[]): void {
  if (value.kind === "choice" && !value.choices.includes(word)) {
    const message = `${label} must be one of ${value.choices.join(", ")}, received "${word}"`;
    throw new UsageError(message, { path, typed: word, known: value.choices });
  }
  if (value.kind === "port" && !(/^\d{1,5}$/.test(word) && Number(word) <= 65_535)) {
    throw new UsageError(`${label} must be a port from 0 to 65535, received "${word}"`, { path });
  }
  if (value.kind === "duration" && !((parseDurationMs(word) ?? Infinity) <= value.longestMs)) {
    const bare = /^[1-9]\d{0,5}$/.test(word) ? `: ${word} what? Say ${word}m or ${word}s` : "";
    const longest = `${value.longestMs / 3_600_000}h`;
    throw new UsageError(`${label} must be a time such as 30m or 1h, up to ${longest}, received "${word}"${bare}`, {
      path,
    });
  }
}

/** parse-args reads `--json=no` as a switch that is on: refuse it instead. */
function refuseSwitchValues(
  words: readonly string[],
  switches: readonly string[],
  command: CommandSpec,
  path: readonly string[],
): void {
  for (const word of words) {
    if (word === "--") return;
    const name = /^--([^=]+)=/.exec(word)?.[1];
    if (name !== undefined && switches.includes(name)) {
      throw discreet(command, path) ?? new UsageError(`--${name} takes no value, received "${word}"`, { path });
    }
  }
}

/** Where a word may be a secret. */
function discreet({ refusal }: CommandSpec, path: readonly string[]): UsageError | undefined {
  return refusal === undefined ? undefined : new UsageError(refusal, { path });
}

function unknownFlag(word: string, path: readonly string[], flags: readonly FlagSpec[]): UsageError {
  const typed = word.split("=")[0];
  const short = shortFlags(flags, path).find((flag) => flag.toLowerCase() === typed.toLowerCase());
  const known = short === undefined ? flags.map((flag) => `--${flag.name}`) : [short];
  return new UsageError(`${path.join(" ")} has no flag ${typed}`, { path, typed, known });
}

/** Where no command needs to be named, those of the program count too. */
function shortFlags(flags: readonly FlagSpec[], path: readonly string[]): string[] {
  const programFlags = path[0] === "run" ? [versionFlag] : [];
  return [...flags, ...programFlags].flatMap(({ short }) => short === undefined ? [] : [`-${short}`]);
}

function requireName(name: string, path: readonly string[], known: readonly CommandSpec[]): string {
  if (known.some((command) => command.name === name)) return name;
  const what = path.length === 0 ? "There is no command" : `${path.join(" ")} has no command`;
  throw new UsageError(`${what} "${name}"`, { path, typed: name, known: namesOf(known) });
}

function knownPath(words: readonly string[]): readonly string[] {
  const path: string[] = [];
  for (const word of words) path.push(requireName(word, path, findCommand(path)?.subcommands ?? commandsBelow(path)));
  return path;
}

function commandsBelow(path: readonly string[]): readonly CommandSpec[] {
  return path.length === 0 ? commands : [];
}

function isFlag(word: string | undefined, flag: FlagSpec): boolean {
  return word === `--${flag.name}` || word === `-${flag.short}`;
}

function namesOf(known: readonly CommandSpec[]): string[] {
  return known.map((command) => command.name);
}
