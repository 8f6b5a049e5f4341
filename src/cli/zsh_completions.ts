import type { ArgumentSpec, CommandSpec, FlagSpec, ValueSpec } from "./command_spec.ts";
import { commands, versionFlag } from "./commands.ts";
import { flagsOf, flagWords, singleQuoted } from "./completion_words.ts";

/** A completion script for zsh, for a file `_PROGRAM` in fpath; also works when sourced. One function a command. */
export function zshCompletions(program: string): string {
  return `#compdef ${program}
${commandFunctions(commands, [program])}
${dispatcher([program], commands, [...flagsOf(commands[0]), versionFlag])}

if [ "$funcstack[1]" = "_${program}" ]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}

function commandFunctions(known: readonly CommandSpec[], parents: readonly string[]): string {
  return known.map((command) => {
    const path = [...parents, command.name];
    if (!command.subcommands) return leafFunction(path, command);
    return `${commandFunctions(command.subcommands, path)}\n${dispatcher(path, command.subcommands, flagsOf(command))}`;
  }).join("\n");
}

function leafFunction(path: readonly string[], command: CommandSpec): string {
  const specs = [...flagsOf(command).flatMap(flagSpecs), ...command.arguments.map(argumentSpec)];
  return `
${functionName(path)}() {
  _arguments -s ${specs.map(singleQuoted).join(" \\\n    ")}
}`;
}

/** Offers subcommands, then hands the rest of the line to the chosen one's function. */
function dispatcher(path: readonly string[], known: readonly CommandSpec[], flags: readonly FlagSpec[]): string {
  const described = known.map((command) => singleQuoted(`${command.name}:${command.summary.replaceAll(":", "\\:")}`));
  return `
${functionName(path)}() {
  local context state line
  local -a known=(
    ${described.join("\n    ")}
  )
  _arguments -C ${flags.flatMap(flagSpecs).map(singleQuoted).join(" \\\n    ")} \\
    '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command known ;;
    rest)
      case $line[1] in
${known.map(({ name }) => `        ${name}) ${functionName([...path, name])} ;;`).join("\n")}
      esac ;;
  esac
}`;
}

function functionName(path: readonly string[]): string {
  return `_${path.join("_")}`;
}

/** Both spellings of a flag shut out each other. */
function flagSpecs(flag: FlagSpec): string[] {
  const words = flagWords(flag);
  const exclusion = words.length > 1 ? `(${words.join(" ")})` : "";
  const value = flag.value ? `:${valueSpec(flag.value)}` : "";
  return words.map((word) => `${exclusion}${word}${flag.value ? "=" : ""}[${escaped(flag.description)}]${value}`);
}

function argumentSpec({ value, optional, repeated }: ArgumentSpec): string {
  return `${repeated ? "*" : ""}:${optional && !repeated ? ":" : ""}${valueSpec(value)}`;
}

function valueSpec(value: ValueSpec): string {
  if (value.kind === "choice") return `${value.name}:(${value.choices.join(" ")})`;
  if (value.kind === "file") return `${value.name}:_files`;
  return `${value.name}: `;
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}
