import type { CommandSpec, FlagSpec, ValueSpec } from "./command_spec.ts";
import { commands, findCommand, helpFlag, versionFlag } from "./commands.ts";

const lineWidth = 80;

const introduction =
  "One local address for every language model you can reach: the local Ollama when it can answer, your cloud when it must.";

const files = [
  "Configuration: $XDG_CONFIG_HOME/cloudtolocalllm/config.json (config path prints it)",
  "Tokens:        secret set NAME, or environment variables CLOUDTOLOCALLLM_SECRET_<NAME>",
  "Exit status:   0 done, 1 failed, 2 usage, 3 daemon not running",
];

/** The help of the command at `path`, or of the program where it is empty. `program` is what the user types. */
export function helpText(path: readonly string[], program: string): string {
  const command = findCommand(path);
  return command ? commandHelp(command, path, program) : programHelp(program);
}

function programHelp(program: string): string {
  return join([
    wrap(introduction),
    `Usage: ${program} [COMMAND] [FLAGS]`,
    section("Commands", listCommands(commands)),
    section("Flags", [...listFlags([helpFlag, versionFlag]), "Without a command the flags of run are taken."]),
    files.join("\n"),
    `${program} COMMAND --help says more about one.`,
  ]);
}

function commandHelp(command: CommandSpec, path: readonly string[], program: string): string {
  const name = [program, ...path].join(" ");
  const words = command.arguments.map(({ value, optional, repeated }) => {
    const word = value.name + (repeated ? "..." : "");
    return optional ? `[${word}]` : word;
  });
  return join([
    wrap(`${command.summary}.`),
    `Usage: ${[name, ...(command.subcommands ? ["COMMAND"] : words), "[FLAGS]"].join(" ")}`,
    ...(command.details ?? []).map((paragraph) => wrap(paragraph)),
    section("Commands", listCommands(command.subcommands ?? [])),
    section(
      "Arguments",
      listAligned(command.arguments.map((argument) => [argument.value.name, describe(argument)])),
    ),
    section("Flags", listFlags([...command.flags, helpFlag])),
    section("Examples", command.examples.flatMap(([line, effect]) => [`# ${effect}`, `${program} ${line}`])),
  ]);
}

function listCommands(known: readonly CommandSpec[]): string[] {
  return listAligned(known.map((command) => [command.name, command.summary]));
}

function listFlags(flags: readonly FlagSpec[]): string[] {
  return listAligned(flags.map((flag) => {
    const short = flag.short ? `-${flag.short}, ` : "    ";
    return [`${short}--${flag.name}${flag.value ? ` ${flag.value.name}` : ""}`, describe(flag)];
  }));
}

function describe({ description, value }: { description: string; value?: ValueSpec }): string {
  return value?.kind === "choice" ? `${description}: ${value.choices.join(", ")}` : description;
}

/** Names in one column, wrapped texts in the next. */
function listAligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, text]) =>
    wrap(text, lineWidth - width - 2).split("\n").map((line, index) => (index === 0 ? name : "").padEnd(width) + line)
  );
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`${title}:`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function wrap(text: string, width = lineWidth): string {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

function join(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== "").join("\n\n") + "\n";
}
