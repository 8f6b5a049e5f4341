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
  /** Whether a change of it was not good, or the file itself, which nothing may overwrite then. */
  readonly where: "change" | "file";

  constructor(message: string, problems: readonly ConfigProblem[], where: ConfigError["where"] = "change") {
    super(message);
    this.problems = problems;
    this.where = where;
  }
}

/** The file is not any more what a change was made for: nothing was written. */
export class ConfigConflict extends Error {
  override readonly name = "ConfigConflict";

  constructor(path: string) {
    super(
      `Nothing was changed, for ${path} was changed meanwhile, in another window or by hand; look at it and try again`,
    );
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
