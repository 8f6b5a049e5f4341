import { ConfigSchema } from "./schema.ts";

/** A name, not an address: the file is not served anywhere that lasts. */
const id = "urn:cloudtolocalllm:config:1";

/**
 * The JSON Schema (2020-12) of the configuration file, from the schema that validates it. What JSON Schema cannot say
 * (distinct ids, names that look like tokens) is left to the program. The converter is loaded on first use, for the
 * idle daemon has no need of it.
 */
export async function configJsonSchema(): Promise<object> {
  const { toJsonSchema } = await import("@valibot/to-json-schema");
  const { $schema, ...schema } = toJsonSchema(ConfigSchema, {
    target: "draft-2020-12",
    typeMode: "input",
    errorMode: "ignore",
  });
  return {
    $schema,
    $id: id,
    title: "CloudToLocalLLM configuration",
    description: "Read from $XDG_CONFIG_HOME/cloudtolocalllm/config.json, by default under ~/.config.",
    ...schema,
  };
}

/** The text of docs/config.schema.json. */
export async function configJsonSchemaText(): Promise<string> {
  return `${JSON.stringify(await configJsonSchema(), null, 2)}\n`;
}
