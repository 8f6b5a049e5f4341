import { isObject } from "../json_value.ts";
import type { Fields } from "./fields.ts";
import { untranslatable, wrongValue } from "./fields.ts";

/** Ollama's `format` as OpenAI's `response_format`. */
export function formatToOpenAI(fields: Fields): Record<string, unknown> | undefined {
  const format = fields.raw("format");
  if (format === undefined || format === "") return undefined;
  if (format === "json") return { type: "json_object" };
  if (isObject(format)) return { type: "json_schema", json_schema: { name: "response", schema: format } };
  throw wrongValue("format", '"json" or a JSON schema', format);
}

/** OpenAI's `response_format` as Ollama's `format`. */
export function formatToOllama(fields: Fields): unknown {
  const format = fields.object("response_format");
  if (!format) return undefined;
  const type = format.string("type");
  switch (type) {
    case undefined:
    case "text":
      return undefined;
    case "json_object":
      return "json";
    case "json_schema": {
      const schema = format.object("json_schema")?.raw("schema");
      if (isObject(schema)) return schema;
      throw wrongValue("response_format.json_schema.schema", "a JSON schema", schema);
    }
    default:
      throw untranslatable("response_format.type", `${JSON.stringify(type)} is unknown`);
  }
}
