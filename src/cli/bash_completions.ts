import type { ValueSpec } from "./command_spec.ts";
import { commands, versionFlag } from "./commands.ts";
import { commandPaths, flagsOf, flagWords } from "./completion_words.ts";

/**
 * A completion script for bash 4 or later, without the bash-completion library: it finds the command among the words
 * typed so far, then offers its subcommands, flags and values.
 */
export function bashCompletions(program: string): string {
  const name = `_${program}`;
  const run = flagsOf(commands[0]).flatMap(flagWords);
  const rootWords = [...commands.map((command) => command.name), ...new Set([...run, ...flagWords(versionFlag)])];
  return `# bash completion for ${program}
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path= count=0 skip= word words i
  # Bash cuts --flag=value in three words.
  if [[ $cur == "=" ]]; then cur=; elif [[ $prev == "=" ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == "=" ]]; then skip=1; continue; fi
    if [[ -n $skip ]]; then skip=; continue; fi
    case "\${path:-run} $word" in
${valueFlagCases()}
      *" -"*) continue ;;
    esac
    case "$path/$word" in
${pathCases()}
      *) count=$((count + 1)) ;;
    esac
  done
  case "\${path:-run} $prev" in
${flagValueCases()}
  esac
  case "$path" in
    "") words=${quoted(rootWords)} ;;
${wordCases()}
  esac
  case "$path $count" in
${argumentCases()}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F ${name} ${program}
`;
}

/** Flags whose next word is their value, not the command's argument. */
function valueFlagCases(): string {
  const words = commandPaths().flatMap(({ path, command }) =>
    command.flags.filter((flag) => flag.value).map((flag) => `"${path.join(" ")} --${flag.name}"`)
  );
  return `      ${words.join(" | ")}) skip=1; continue ;;`;
}

function pathCases(): string {
  return commandPaths()
    .map(({ path }) => `      "${path.slice(0, -1).join(" ")}/${path.at(-1)}") path="${path.join(" ")}" ;;`)
    .join("\n");
}

function flagValueCases(): string {
  return commandPaths().flatMap(({ path, command }) =>
    command.flags.flatMap(({ name, value }) => {
      const reply = value && valueReply(value);
      return reply ? [`    "${path.join(" ")} --${name}") ${reply}; return ;;`] : [];
    })
  ).join("\n");
}

function wordCases(): string {
  return commandPaths().map(({ path, command }) => {
    const words = [...(command.subcommands ?? []).map((child) => child.name), ...flagsOf(command).flatMap(flagWords)];
    return `    "${path.join(" ")}") words=${quoted(words)} ;;`;
  }).join("\n");
}

/** Arguments with known values are offered beside the flags; files complete as files. */
function argumentCases(): string {
  return commandPaths().flatMap(({ path, command }) =>
    command.arguments.flatMap(({ value }, index) => {
      const label = `    "${path.join(" ")} ${index}")`;
      if (value.kind === "choice") return [`${label} words="${value.choices.join(" ")} $words" ;;`];
      if (value.kind === "file") return [`${label} [[ $cur == -* ]] || { ${valueReply(value)}; return; } ;;`];
      return [];
    })
  ).join("\n");
}

/** Other values cannot be foretold: nothing is offered for them. */
function valueReply(value: ValueSpec): string {
  if (value.kind === "choice") return `mapfile -t COMPREPLY < <(compgen -W "${value.choices.join(" ")}" -- "$cur")`;
  if (value.kind === "file") return `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")`;
  return "COMPREPLY=()";
}

function quoted(words: readonly string[]): string {
  return `"${words.join(" ")}"`;
}
