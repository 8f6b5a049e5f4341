import * as v from "valibot";
import type { ConfigProblem } from "./config_error.ts";
import { findJsonError } from "./json_syntax.ts";
import { shownValue } from "./looks_secret.ts";
import { migrate, type RawConfig } from "./migrations.ts";
import { nearestName } from "./nearest_name.ts";
import { pathText } from "./path_text.ts";
import { repeatedIdProblems } from "./repeated_ids.ts";
import { type Config, type ConfigInput, ConfigSchema } from "./schema.ts";
import { expectation, schemaAt, type SchemaNode, unwrap } from "./schema_tree.ts";
import { isPlainObject, unknownKeyProblems } from "./unknown_keys.ts";

/** `config` has every default filled in; `input` is what was written, brought to the current version. */
export type ParseResult =
  | { ok: true; config: Config; input: ConfigInput }
  | { ok: false; problems: ConfigProblem[] };

/** Checks a configuration: version, shape, values. Every problem is reported, at most one for each place. */
export function parseConfig(input: unknown): ParseResult {
  if (!isPlainObject(input)) {
    return failed({ path: "", reason: "must be an object in braces", value: shownValue(input) });
  }
  const migrated = migrate(input);
  if (!migrated.ok) return failed(migrated.problem);
  return validate(migrated.input);
}

/** As {@linkcode parseConfig}, from the text of a file. A byte order mark is passed over. */
export function parseConfigText(text: string): ParseResult {
  const json = text.startsWith("\ufeff") ? text.slice(1) : text;
  const error = findJsonError(json);
  if (error) return failed({ path: `line ${error.line}, column ${error.column}`, reason: error.reason, value: "" });
  return parseConfig(JSON.parse(json));
}

function validate(input: RawConfig): ParseResult {
  const problems = [...unknownKeyProblems(ConfigSchema, input), ...repeatedIdProblems(input)];
  const result = v.safeParse(ConfigSchema, input);
  for (const issue of result.issues ?? []) {
    const problem = issueProblem(issue);
    if (problem && !problems.some((other) => other.path === problem.path)) problems.push(problem);
  }
  if (problems.length > 0 || !result.success) return { ok: false, problems };
  // What validates as a configuration is one that a person may write.
  return { ok: true, config: result.output, input: input as unknown as ConfigInput };
}

function failed(problem: ConfigProblem): ParseResult {
  return { ok: false, problems: [problem] };
}

function issueProblem(issue: v.BaseIssue<unknown>): ConfigProblem | undefined {
  // Those that valibot finds are found, all of them, by unknownKeyProblems().
  if (issue.type === "strict_object" && issue.expected === "never") return undefined;
  const keys = (issue.path ?? []).map((item) => item.key as string | number);
  const missing = issue.received === "undefined";
  return {
    path: pathText(keys),
    reason: missing ? missingReason(keys) : wrongReason(issue, keys),
    value: missing ? "" : shownValue(issue.input, keys),
  };
}

function missingReason(keys: (string | number)[]): string {
  const node = schemaAt(ConfigSchema, keys);
  return node ? `is missing; it must be ${expectation(node)}` : "is missing";
}

function wrongReason(issue: v.BaseIssue<unknown>, keys: (string | number)[]): string {
  // Only these two carry words of the schema's own; those of valibot name types, which are not a user's words.
  if (issue.type === "regex" || issue.type === "check") return issue.message;
  const node = schemaAt(ConfigSchema, keys);
  if (!node) return issue.message;
  const near = typeof issue.input === "string" ? nearestName(issue.input, choicesOf(node)) : undefined;
  return `must be ${expectation(node)}${near ? `; did you mean "${near}"?` : ""}`;
}

function choicesOf(node: SchemaNode): string[] {
  return (unwrap(node).options ?? []).filter((option) => typeof option === "string");
}
