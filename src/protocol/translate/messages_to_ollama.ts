import { Fields, untranslatable, wrongValue } from "./fields.ts";
import { isObject, type JsonObject } from "../json_value.ts";
import { imageFromUrl } from "./images.ts";
import { parseArguments } from "./tool_calls.ts";

type Message = Record<string, unknown>;

/** OpenAI's `messages` in Ollama's form. Throws `RequestError` 400. */
export function messagesToOllama(request: Fields): Message[] {
  const messages = request.objects("messages");
  return messages.map((message, index) => toMessage(message, messages.slice(0, index)));
}

function toMessage(message: Fields, earlier: Fields[]): Message {
  const role = ollamaRole(message);
  const { text, images } = readContent(message);
  const written: Message = { role, content: text || (message.string("refusal") ?? "") };
  if (images.length > 0) written.images = images;
  const thinking = message.string("reasoning") || message.string("reasoning_content");
  if (thinking) written.thinking = thinking;
  const calls = message.objects("tool_calls");
  if (calls.length > 0) written.tool_calls = calls.map(toToolCall);
  if (role === "tool") Object.assign(written, toolReference(message, earlier));
  return written;
}

function ollamaRole(message: Fields): string {
  const role = message.string("role")?.toLowerCase();
  switch (role) {
    case undefined:
    case "":
      throw untranslatable(message.place("role"), "is missing");
    case "developer":
      return "system";
    // The form before tools.
    case "function":
      return "tool";
    default:
      return role;
  }
}

function readContent(message: Fields): { text: string; images: string[] } {
  const content = message.raw("content");
  if (content === undefined) return { text: "", images: [] };
  if (typeof content === "string") return { text: content, images: [] };
  if (!Array.isArray(content)) throw wrongValue(message.place("content"), "a string or an array of parts", content);
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of message.objects("content")) {
    const type = part.string("type");
    if (type === "text") texts.push(part.string("text") ?? "");
    else if (type === "refusal") texts.push(part.string("refusal") ?? "");
    else if (type === "image_url") images.push(readImage(part));
    else throw untranslatable(part.place("type"), `${JSON.stringify(type ?? null)} is not possible with Ollama`);
  }
  return { text: texts.join("\n"), images };
}

function readImage(part: Fields): string {
  const image = part.raw("image_url");
  if (!isObject(image)) return imageFromUrl(image, part.place("image_url"));
  return imageFromUrl(image.url, `${part.place("image_url")}.url`);
}

function toToolCall(call: Fields, index: number): Message {
  const fn = call.object("function");
  const name = fn?.string("name");
  if (!fn || !name) throw untranslatable(call.place("function.name"), "is missing");
  const written: Message = { function: { index, name, arguments: readArguments(fn) } };
  const id = call.string("id");
  return id ? { id, ...written } : written;
}

function readArguments(fn: Fields): JsonObject {
  const text = fn.string("arguments") ?? "";
  try {
    return parseArguments(text);
  } catch {
    throw wrongValue(fn.place("arguments"), "a JSON object as text", text);
  }
}

/** Ollama's templates know a result by its tool's name, which OpenAI's dialect leaves with the call: search back. */
function toolReference(message: Fields, earlier: Fields[]): Message {
  const id = message.string("tool_call_id");
  const name = message.string("name") || (id && calledName(id, earlier));
  return { ...(name && { tool_name: name }), ...(id && { tool_call_id: id }) };
}

function calledName(id: string, earlier: Fields[]): string | undefined {
  for (const message of earlier.toReversed()) {
    const call = message.objects("tool_calls").find((call) => call.raw("id") === id);
    if (call) return call.object("function")?.string("name");
  }
  return undefined;
}
