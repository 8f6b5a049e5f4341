import { isObject, type JsonObject, parseExact } from "../json_value.ts";

/** A whole tool call: `input` is the object of its arguments. */
export interface ToolCall {
  id?: string;
  name: string;
  input: JsonObject;
}

/** Arguments in OpenAI's form, a JSON text, as an object. Throws `SyntaxError` when they are none. */
export function parseArguments(text: string): JsonObject {
  const input = text.trim() === "" ? {} : parseExact(text);
  if (!isObject(input)) throw new SyntaxError("Cannot read a tool call: its arguments are not a JSON object");
  return input;
}

/** The tool calls of an Ollama message. Throws `SyntaxError` when they are not of that shape. */
export function readOllamaToolCalls(value: unknown): ToolCall[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new SyntaxError("Cannot read tool calls: they are not an array");
  return value.map((call) => {
    const fn = isObject(call) && isObject(call.function) ? call.function : {};
    if (typeof fn.name !== "string" || fn.name === "") throw new SyntaxError("Cannot read a tool call: it has no name");
    const input = fn.arguments ?? {};
    if (!isObject(input)) throw new SyntaxError("Cannot read a tool call: its arguments are not an object");
    return { id: typeof call.id === "string" && call.id !== "" ? call.id : undefined, name: fn.name, input };
  });
}

/** The one call form of OpenAI; its arguments are a JSON text in the object's own key order. */
export function openaiToolCall(call: ToolCall, id: string): Record<string, unknown> {
  return { id, type: "function", function: { name: call.name, arguments: JSON.stringify(call.input) } };
}

/** The one call form of Ollama. */
export function ollamaToolCall(call: ToolCall, options: { id: string; index: number }): Record<string, unknown> {
  return { id: options.id, function: { index: options.index, name: call.name, arguments: call.input } };
}
