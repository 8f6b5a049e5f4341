/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Where: `listen.port`, `backends[0].url`, `line 3, column 5`; empty for the file as a whole. */
  path: string;
  /** Why, as words that follow the path. */
  reason: string;
  /** What is there, shortened, never a secret-looking value; empty where it says nothing. */
  value: string;
}

/** A configuration that cannot be used. `message` is complete and readable by a user, over several lines. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(message: string, problems: readonly ConfigProblem[]) {
    super(message);
    this.problems = problems;
  }
}

/** One problem, as a line of a list. */
export function formatProblem({ path, reason, value }: ConfigProblem): string {
  return `  ${path ? `${path}: ` : ""}${reason}${value ? ` (found ${value})` : ""}`;
}

/** Problems as text for a person, with what to do next. `file` is what they read: a path, or "the command line". */
export function formatProblems(problems: readonly ConfigProblem[], file: string): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    `Cannot use ${file}: ${count}`,
    ...problems.map(formatProblem),
    `Correct ${problems.length === 1 ? "it" : "them"}, then check the file with \`config validate\``,
  ].join("\n");
}

/** The same in one line, for the log. */
export function summarizeProblems(problems: readonly ConfigProblem[], file: string): string {
  return `cannot use ${file}: ${problems.map((problem) => formatProblem(problem).trim()).join("; ")}`;
}
