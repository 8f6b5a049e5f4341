import { messageOf, RequestError } from "../core/errors.ts";
import { checkJsonSize } from "./json_size.ts";
import { isObject, type JsonObject } from "./json_value.ts";

const decoder = new TextDecoder();

/** Of a model; names are remembered, and the longest that Ollama allows has about 600 characters. */
const longestName = 1_024;
/** How much of a wrong value an error repeats, in characters. */
const shownLength = 200;

/** The JSON object in a request's body; where a key stands twice, the last counts. Throws `RequestError` 400. */
export function parseBody(body: Uint8Array<ArrayBuffer>): JsonObject {
  if (body.length === 0) throw new RequestError(400, "Cannot read the request: its body is empty");
  refuseTooMuch(body);
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw new RequestError(400, `Cannot read the request: its body is not JSON: ${messageOf(cause)}`, { cause });
  }
  if (!isObject(json)) throw new RequestError(400, "Cannot read the request: its body is not a JSON object");
  refuseOtherCase(json);
  return json;
}

function refuseTooMuch(body: Uint8Array): void {
  try {
    checkJsonSize(body);
  } catch (cause) {
    throw new RequestError(400, `Cannot read the request: its ${messageOf(cause)}`, { cause });
  }
}

/** What routing goes by. */
const routedBy = new Set(["model", "name", "messages", "prompt", "context", "stream", "keep_alive"]);

/**
 * Ollama reads keys in any case, the last one wins (Go, encoding/json): beside `model`, a `Model` would have the request
 * served by another model than it was routed by.
 */
function refuseOtherCase(json: JsonObject): void {
  for (const key of Object.keys(json)) {
    const folded = foldedKey(key);
    if (folded === key || !routedBy.has(folded)) continue;
    throw new RequestError(400, `Cannot read the request: ${folded} must be written in lower case, received "${key}"`, {
      param: folded,
    });
  }
}

/** Go's folding of ASCII letters: `K` and the Kelvin sign are `k`, `S` and the long s are `s`. */
function foldedKey(key: string): string {
  return key.toLowerCase().replaceAll("\u017f", "s");
}

/** The name in `model`. Throws `RequestError` 400. */
export function requiredModel(json: JsonObject): string {
  const { model } = json;
  if (typeof model === "string" && model.length > longestName) {
    const message = `Cannot read the request: model must be a name of at most ${longestName} characters`;
    throw new RequestError(400, `${message}, received ${model.length}`, { param: "model" });
  }
  if (typeof model === "string" && model.trim() !== "") return model;
  const found = model === undefined ? "it is missing" : `received ${shown(model)}`;
  throw new RequestError(400, `Cannot read the request: model must be a name, ${found}`, { param: "model" });
}

/** `stream`, or the dialect's default where the client did not say. Throws `RequestError` 400. */
export function streamFlag(json: JsonObject, fallback: boolean): boolean {
  const { stream } = json;
  if (stream === undefined || stream === null) return fallback;
  if (typeof stream === "boolean") return stream;
  throw new RequestError(
    400,
    `Cannot read the request: stream must be true or false, received ${shown(stream)}`,
    { param: "stream" },
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
