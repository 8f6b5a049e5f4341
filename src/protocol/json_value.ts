/** A JSON object whose fields are not yet known. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a field says nothing: absent, null, "", [] or {}. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** `JSON` as the engine has it since "JSON.parse source text access"; the type library does not know it yet. */
const sourceText = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/** As `JSON.parse`, but whole numbers beyond 2^53 survive being written by `JSON.stringify` again. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return sourceText.parse(text, (_key, value, context) => {
    const rounds = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
    return rounds && context.source !== undefined ? sourceText.rawJSON(context.source) : value;
  });
}

/** The words of an `error` field, which is a text in Ollama's dialect and an object with `message` in OpenAI's. */
export function errorText(error: unknown): string {
  if (typeof error === "string") return error;
  if (isObject(error) && typeof error.message === "string") return error.message;
  return JSON.stringify(error) ?? "unknown error";
}
