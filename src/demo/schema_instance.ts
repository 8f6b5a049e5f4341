/** The part of JSON Schema that the scripted models understand. */
export interface SimpleSchema {
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  properties?: Record<string, SimpleSchema>;
  items?: SimpleSchema;
  anyOf?: readonly SimpleSchema[];
  minItems?: number;
  minimum?: number;
}

/** A value that fits the schema, always the same one; strings are `text`. */
export function instanceOf(schema: SimpleSchema, text: string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return instanceOf(schema.anyOf[0] ?? {}, text);
  switch (schema.type) {
    case "object": {
      const entries = Object.entries(schema.properties ?? {});
      return Object.fromEntries(entries.map(([name, property]) => [name, instanceOf(property, text)]));
    }
    case "array":
      return Array.from({ length: schema.minItems ?? 1 }, () => instanceOf(schema.items ?? {}, text));
    case "integer":
    case "number":
      return schema.minimum ?? 7;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return text;
  }
}
