/** What a value may be: checked when parsing, named in help, offered by completions. */
export type ValueSpec =
  | { kind: "text"; name: string }
  | { kind: "file"; name: string }
  | { kind: "port"; name: string }
  | { kind: "duration"; name: string; longestMs: number }
  | { kind: "choice"; name: string; choices: readonly string[] };

/** A word after the command. */
export interface ArgumentSpec {
  value: ValueSpec;
  optional: boolean;
  /** Takes all words that follow, joined by spaces; only the last may. */
  repeated?: true;
  description: string;
}

/** A `--flag`; without `value` it is a switch. */
export interface FlagSpec {
  name: string;
  short?: string;
  value?: ValueSpec;
  description: string;
}

/** What a command is called and takes. Parsing, help and completions all derive from this. */
export interface CommandSpec {
  name: string;
  summary: string;
  /** Further paragraphs of its help. */
  details?: readonly string[];
  arguments: readonly ArgumentSpec[];
  flags: readonly FlagSpec[];
  /** What is said of words that it does not take, none of which is repeated: one of them may be a secret. */
  refusal?: string;
  /** What can be typed after the program's name, with what it does. */
  examples: readonly (readonly [command: string, effect: string])[];
  subcommands?: readonly CommandSpec[];
}

/** What the user asked for, checked against its {@linkcode CommandSpec}. */
export interface Invocation {
  /** `["config", "show"]` */
  path: readonly string[];
  /** By the argument's name in the table, such as `MODEL`. */
  arguments: Readonly<Record<string, string | undefined>>;
  /** Flags with a value, by name without dashes. */
  options: Readonly<Record<string, string | undefined>>;
  switches: ReadonlySet<string>;
}
