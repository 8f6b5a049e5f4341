/**
 * Writes what documentation takes from the source: `deno task docs`. With `--check` it only says what is not current, and
 * fails then.
 */
import { withOptionTables } from "../../src/config/describe_config.ts";
import { configJsonSchemaText } from "../../src/config/json_schema.ts";
import { version } from "../../src/core/version.ts";
import { withFindingsTable } from "../../src/doctor/describe_findings.ts";
import { openApiText } from "../../src/http/openapi/document.ts";
import { withExamples } from "./with_examples.ts";

const docs = new URL("../../docs/", import.meta.url);

const documents: Record<string, (before: string) => string | Promise<string>> = {
  "CLIENT.md": withExamples,
  "CONFIGURATION.md": withOptionTables,
  "DOCTOR.md": withFindingsTable,
  "config.schema.json": configJsonSchemaText,
  "openapi.json": () => openApiText(version),
};

for (const [name, write] of Object.entries(documents)) {
  const file = new URL(name, docs);
  const before = await textOf(file);
  const text = await write(before);
  if (text === before) continue;
  if (Deno.args.includes("--check")) throw new Error(`docs/${name} is not current: write it with \`deno task docs\``);
  await Deno.writeTextFile(file, text);
}

async function textOf(file: URL): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
