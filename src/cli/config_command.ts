import { type ConfigFile, readConfigFile } from "../config/config_file.ts";
import { ConfigError, formatProblems } from "../config/config_error.ts";
import { configJsonSchemaText } from "../config/json_schema.ts";
import { resolvePaths } from "../config/paths.ts";
import type { Config } from "../config/schema.ts";
import { messageOf } from "../core/errors.ts";
import type { CommandContext } from "./command.ts";
import type { Invocation } from "./command_spec.ts";
import { ExitCode, type Io } from "./io.ts";

/** `config path|show|validate|schema`: works on files alone, with or without a daemon. */
export async function configCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const { FILE } = invocation.arguments;
  const subcommands: Record<string, () => Promise<string>> = {
    path: () => Promise.resolve(`${usualFile(io)}\n`),
    show: () => show(io, FILE),
    validate: () => validate(io, FILE),
    schema: () => schema(io, invocation.options),
  };
  io.out(await subcommands[invocation.path[1]]());
  return ExitCode.done;
}

async function show(io: Io, named: string | undefined): Promise<string> {
  const { path, text, config } = await readGood(io, named);
  if (text === null) io.err(`There is no ${path}: these are the defaults\n`);
  return `${JSON.stringify(config, null, 2)}\n`;
}

async function validate(io: Io, named: string | undefined): Promise<string> {
  const { path, text } = await readGood(io, named);
  return text === null ? `There is no ${path}: the defaults are used\n` : `${path} is valid\n`;
}

/** A file that can be used, or its problems thrown. Only the usual file may be absent. */
async function readGood(
  io: Io,
  named: string | undefined,
): Promise<{ path: string; text: ConfigFile["text"]; config: Config }> {
  const path = named ?? usualFile(io);
  const { text, result } = await readConfigFile(path);
  if (!result.ok) throw new ConfigError(formatProblems(result.problems, path), result.problems);
  if (text === null && named !== undefined) throw new Error(`Cannot read ${path}: there is no such file`);
  return { path, text, config: result.config };
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
