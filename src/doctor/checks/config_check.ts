import { formatProblem } from "../../config/config_error.ts";
import { missingClientKey } from "../../config/missing_client_key.ts";
import { ownAddressProblems } from "../../config/own_address.ts";
import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, well } from "../finding.ts";
import { shellWord } from "../shell_word.ts";

/** Whether the configuration can be used, and is in use. */
export const configCheck: Check = {
  name: "config",
  async run(context) {
    const findings = [...await open(context), ...await content(context)];
    if (findings.length > 0) return findings;
    const { configFile } = context.paths;
    const { text } = await context.config();
    const what = text === null ? `There is no ${configFile}: the defaults are used` : `${configFile} is valid`;
    return [well("config", what)];
  },
};

async function content(context: DoctorContext): Promise<Finding[]> {
  const { configFile } = context.paths;
  const { result } = await context.config();
  const problems = result.ok
    ? [...missingClientKey(result.config.listen), ...ownAddressProblems(result.config, result.config.listen)]
    : result.problems;
  const check = `then check it with: ${context.commands.program} config validate`;
  if (problems.length > 0) {
    const lines = problems.map((problem) => formatProblem(problem).trim());
    const more = lines.length > 1 ? `, and ${lines.length - 1} more` : "";
    const place = problems[0].path || "the file";
    return [
      found("config-broken", `${configFile} cannot be used: ${lines[0]}${more}`, {
        step: `Correct ${place} in ${configFile}, ${check}`,
      }, lines),
    ];
  }
  const daemon = await context.daemon();
  const error = daemon.kind === "runs" ? daemon.status.configError : null;
  if (error === null) return [];
  const step = { step: `Correct ${configFile}, ${check}` };
  return [found("config-refused", `The daemon does not use the changed ${configFile}`, step, error.split("\n"))];
}

async function open({ paths: { configFile } }: DoctorContext): Promise<Finding[]> {
  const info = await Deno.stat(configFile).catch(() => undefined);
  const mode = (info?.mode ?? 0) & 0o777;
  if (!info?.isFile || (mode & 0o022) === 0) return [];
  const what = `Other users can change ${configFile} (mode ${mode.toString(8)})`;
  return [found("config-open", what, { run: `chmod go-w ${shellWord(configFile)}` })];
}
