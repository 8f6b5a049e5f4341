import type { ConfigProblem } from "./config_error.ts";
import { currentVersion } from "./migrations.ts";
import { parseConfig } from "./parse_config.ts";
import type { BackendConfig } from "./schema.ts";

export type ParsedBackend = { ok: true; config: BackendConfig } | { ok: false; problems: ConfigProblem[] };

/** The settings of one backend alone, checked as in a whole configuration; the problems' paths begin within it. */
export function parseBackend(input: unknown): ParsedBackend {
  const parsed = parseConfig({ version: currentVersion, backends: [input] });
  if (parsed.ok) return { ok: true, config: parsed.config.backends[0] };
  const problems = parsed.problems.map((problem) => ({
    ...problem,
    path: problem.path.replace(/^backends\[0\]\.?/, ""),
  }));
  return { ok: false, problems };
}
