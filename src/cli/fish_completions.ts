import type { FlagSpec, ValueSpec } from "./command_spec.ts";
import { commands, versionFlag } from "./commands.ts";
import { type CommandPath, commandPaths, flagsOf } from "./completion_words.ts";

/** A completion script for fish 3 or later. */
export function fishCompletions(program: string): string {
  const complete = `complete -c ${program}`;
  return [
    `# fish completion for ${program}`,
    `${complete} -f`,
    ...[...flagsOf(commands[0]), versionFlag].map((flag) => `${complete} -n __fish_use_subcommand ${flagWords(flag)}`),
    ...commandPaths().flatMap((entry) => commandLines(entry).map((line) => `${complete} ${line}`)),
  ].join("\n") + "\n";
}

function commandLines({ path, command }: CommandPath): string[] {
  const siblings = path.length > 1 ? commandNamesBelow(path[0]) : [];
  const parent = path.length === 1
    ? "__fish_use_subcommand"
    : `"__fish_seen_subcommand_from ${path[0]}; and not __fish_seen_subcommand_from ${siblings.join(" ")}"`;
  const inside = `"${path.map((name) => `__fish_seen_subcommand_from ${name}`).join("; and ")}"`;
  return [
    `-n ${parent} -a ${path.at(-1)} -d ${quoted(command.summary)}`,
    ...flagsOf(command).map((flag) => `-n ${inside} ${flagWords(flag)}`),
    ...command.arguments.flatMap(({ value }) => {
      const words = valueWords(value);
      return words === "" ? [] : [`-n ${inside} ${words}`];
    }),
  ];
}

function commandNamesBelow(name: string): string[] {
  return commands.find((command) => command.name === name)?.subcommands?.map((child) => child.name) ?? [];
}

function flagWords(flag: FlagSpec): string {
  return [
    `-l ${flag.name}`,
    ...(flag.short ? [`-s ${flag.short}`] : []),
    // -x keeps files out of the offered values.
    ...(flag.value ? [flag.value.kind === "file" ? "-r" : "-x", valueWords(flag.value)] : []),
    `-d ${quoted(flag.description)}`,
  ].filter((word) => word !== "").join(" ");
}

function valueWords(value: ValueSpec): string {
  if (value.kind === "choice") return `-a ${quoted(value.choices.join(" "))}`;
  return value.kind === "file" ? "-F" : "";
}

/** Fish knows two escapes inside single quotes. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
