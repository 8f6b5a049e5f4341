/** Writes what documentation takes from the source: `deno task docs`. Tests fail when it is not current. */
import { withOptionTables } from "../../src/config/describe_config.ts";
import { configJsonSchemaText } from "../../src/config/json_schema.ts";

const docs = new URL("../../docs/", import.meta.url);
const guide = new URL("CONFIGURATION.md", docs);
await Deno.writeTextFile(guide, withOptionTables(await Deno.readTextFile(guide)));
await Deno.writeTextFile(new URL("config.schema.json", docs), await configJsonSchemaText());
