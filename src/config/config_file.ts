import type { ConfigProblem } from "./config_error.ts";
import { parseConfig, parseConfigText, type ParseResult } from "./parse_config.ts";
import { currentVersion } from "./migrations.ts";
import { readSmallFile, UnfitFile } from "./small_file.ts";

/** What is on disk now. `text` is `null` when there is no file, which is not an error: the defaults run. */
export interface ConfigFile {
  text: string | null;
  result: ParseResult;
}

/** Reads and checks a configuration file. What cannot be read becomes a problem, never an exception. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readSmallFile(path));
    return { text, result: parseConfigText(text) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { text: null, result: parseConfig({ version: currentVersion }) };
    return { text: null, result: { ok: false, problems: [unreadable(error)] } };
  }
}

/** A name for what a configuration file says; `null` is no file. The same text has the same name, also after a restart. */
export async function configVersion(text: string | null): Promise<string> {
  if (text === null) return "none";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest, 0, 12).toHex();
}

function unreadable(error: unknown): ConfigProblem {
  const problem = (reason: string) => ({ path: "", reason, value: "" });
  if (error instanceof UnfitFile) return problem(error.message);
  // The only TypeError here is the decoder's.
  if (error instanceof TypeError) return problem("is not text in UTF-8");
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES" || code === "EPERM") return problem("may not be read (permission denied)");
  return problem(`cannot be read (${code ?? (error instanceof Error ? error.name : "unknown error")})`);
}

/** The text of a changed configuration, indented as the file was before. */
export function renderConfig(input: object, before: string | null): string {
  const indent = before?.match(/^([ \t]+)"/m)?.[1] ?? "  ";
  return `${JSON.stringify(input, null, indent)}\n`;
}
