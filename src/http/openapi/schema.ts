/** A JSON Schema (2020-12), as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** One subject of the control API: its paths, and the schemas that they name. */
export interface ApiPart {
  tag: { name: string; description: string };
  /** By path and method. */
  paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  schemas: Readonly<Record<string, Schema>>;
}

/** An object that has all of these, but those that are `optional`; more may come with a later version. */
export function object(properties: Readonly<Record<string, Schema>>, options: { optional?: string[] } = {}): Schema {
  const { optional = [] } = options;
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required };
}

export function array(items: Schema): Schema {
  return { type: "array", items };
}

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function nullable(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

/** The same schema with words about it. */
export function about(description: string, schema: Schema): Schema {
  return { ...schema, description };
}

export const text: Schema = { type: "string" };
export const number: Schema = { type: "number" };
export const count: Schema = { type: "integer", minimum: 0 };
export const flag: Schema = { type: "boolean" };
export const time: Schema = { type: "string", format: "date-time" };
