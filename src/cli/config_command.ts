import { resolve } from "@std/path/posix/resolve";
import { type ConfigFile, readConfigFile } from "../config/config_file.ts";
import { ConfigError, type ConfigProblem, formatProblem, formatProblems } from "../config/config_error.ts";
import { configJsonSchemaText } from "../config/json_schema.ts";
import { missingClientKey } from "../config/missing_client_key.ts";
import { resolvePaths } from "../config/paths.ts";
import type { Config } from "../config/schema.ts";
import { secretUses } from "../config/secret_uses.ts";
import { unsetSecrets } from "../config/unset_secrets.ts";
import { messageOf } from "../core/errors.ts";
import type { CommandContext } from "./command.ts";
import type { Invocation } from "./command_spec.ts";
import { ExitCode, type Io } from "./io.ts";
import { UsageError } from "./usage_error.ts";

/** `config path|show|validate|schema`: works on files alone, with or without a daemon. */
export async function configCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const file = namedFile(invocation);
  const subcommands: Record<string, () => Promise<string>> = {
    path: () => Promise.resolve(`${file === undefined ? usualFile(io) : resolve(file)}\n`),
    show: () => show(io, file),
    validate: () => validate(io, file),
    schema: () => schema(io, invocation.options),
  };
  io.out(await subcommands[invocation.path[1]]());
  return ExitCode.done;
}

/** `FILE` or `--config FILE`, as the daemon was started with. */
function namedFile({ path, arguments: { FILE }, options: { config } }: Invocation): string | undefined {
  if (FILE === undefined || config === undefined) return FILE ?? config;
  throw new UsageError(`${path.join(" ")} takes FILE or --config FILE, received both`, { path });
}

async function show(io: Io, named: string | undefined): Promise<string> {
  const { path, text, config } = await readGood(io, named);
  if (text === null) io.err(`There is no ${path}: these are the defaults\n`);
  return `${JSON.stringify(config, null, 2)}\n`;
}

async function validate(io: Io, named: string | undefined): Promise<string> {
  const { path, text, config } = await readGood(io, named);
  const problems = missingClientKey(config.listen);
  if (problems.length > 0) throw unusable(path, problems);
  if (text === null) return `There is no ${path}: the defaults are used\n`;
  const lacking = await secretProblems(io, path, config);
  const unset = unsetSecrets(config, (name) => lacking.get(name));
  if (unset.length === 0) return `${path} is valid\n`;
  return [`${path} is valid, but:`, ...unset.map(formatProblem)].join("\n") + "\n";
}

/** What is wrong with the secrets that a configuration needs, by name; without any, nothing is loaded or asked. */
async function secretProblems(io: Io, configFile: string, config: Config): Promise<ReadonlyMap<string, string>> {
  if (!secretUses(config).some(({ isNeeded }) => isNeeded)) return new Map();
  const { openSecretsAlone } = await import("../app/secrets_alone.ts");
  const { env, clock } = io;
  await using secrets = await openSecretsAlone({ env, clock, configFile, paths: resolvePaths(env) });
  const statuses = await secrets.commands.list();
  return new Map(statuses.flatMap(({ name, home, problem }) => {
    if (problem === null) return [];
    const words = home === null && problem === "It is not set"
      ? `is not set: cloudtolocalllm secret set ${name}`
      : `cannot be used: ${problem}`;
    return [[name, `"${name}" ${words}`]];
  }));
}

/** A file that can be used, or its problems thrown. Only the usual file may be absent. */
async function readGood(
  io: Io,
  named: string | undefined,
): Promise<{ path: string; text: ConfigFile["text"]; config: Config }> {
  const path = named ?? usualFile(io);
  const { text, result } = await readConfigFile(path);
  if (!result.ok) throw unusable(path, result.problems);
  if (text === null && named !== undefined) throw new Error(`Cannot read ${path}: there is no such file`);
  return { path, text, config: result.config };
}

function unusable(path: string, problems: readonly ConfigProblem[]): ConfigError {
  return new ConfigError(formatProblems(problems, path), problems);
}

async function schema(io: Io, { check, write }: Invocation["options"]): Promise<string> {
  const text = await configJsonSchemaText();
  if (check !== undefined) await checkSchema(io, check, text);
  if (write !== undefined) await Deno.writeTextFile(write, text).catch((error) => fail("write", write, error));
  return check === undefined && write === undefined ? text : "";
}

async function checkSchema(io: Io, path: string, text: string): Promise<void> {
  const written = await Deno.readTextFile(path).catch((error) => fail("read", path, error));
  if (written !== text) {
    throw new Error(`${path} is not current; renew it with: ${io.programName} config schema --write ${path}`);
  }
}

function usualFile(io: Io): string {
  return resolvePaths(io.env).configFile;
}

function fail(action: "read" | "write", path: string, error: unknown): never {
  throw new Error(`Cannot ${action} ${path}: ${messageOf(error)}`, { cause: error });
}
