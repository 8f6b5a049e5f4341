import { assert, assertEquals } from "@std/assert";
import { configJsonSchema, configJsonSchemaText } from "./json_schema.ts";

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: unknown;
  description?: string;
  default?: unknown;
  pattern?: string;
}

const written = new URL("../../docs/config.schema.json", import.meta.url);

/** Each option with its key, and what is inside it. */
function* optionsOf(schema: Schema, key = ""): Generator<[key: string, option: Schema]> {
  if (schema.items) yield* optionsOf(schema.items, `${key}[]`);
  for (const [name, option] of Object.entries(schema.properties ?? {})) {
    yield [`${key}.${name}`, option];
    yield* optionsOf(option, `${key}.${name}`);
  }
}

Deno.test("docs/config.schema.json is current", async () => {
  assertEquals(await Deno.readTextFile(written), await configJsonSchemaText(), "write it with: deno task docs");
});

Deno.test("configJsonSchema() describes every option and refuses unknown ones", async () => {
  const schema = await configJsonSchema() as Schema & { $schema: string; $id: string; title: string };
  assertEquals(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert(schema.$id && schema.title);
  assertEquals(schema.additionalProperties, false);
  const options = [...optionsOf(schema)];
  assert(options.length > 40, `only ${options.length} options`);
  for (const [key, option] of options) {
    assert(option.description ?? option.anyOf?.[0].description, `${key} has no description`);
    if (option.properties) assertEquals(option.additionalProperties, false, key);
  }
});

Deno.test("configJsonSchema() carries defaults and patterns", async () => {
  const options = new Map(optionsOf(await configJsonSchema() as Schema));
  assertEquals(options.get(".listen.port")?.default, 11_435);
  const url = new RegExp(options.get(".backends[].url")?.pattern ?? "missing");
  assert(url.test("http://127.0.0.1:11434") && !url.test("ftp://h") && !url.test("http://u:p@h"));
  assert(options.get(".backends[].id")?.pattern);
  assert(options.get(".backends[].secret")?.anyOf?.[0].pattern);
});
