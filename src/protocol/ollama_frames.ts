import type { Operation, Usage } from "../core/types.ts";
import { parseFrameJson } from "./frame_json.ts";
import { errorText, isBlank, isObject, type JsonObject } from "./json_value.ts";
import { ndjsonSplitter } from "./ndjson.ts";
import { tokenCount } from "./token_count.ts";
import type { Frame, FrameInfo, FrameReader } from "./types.ts";

/** Fields that say nothing of the answer itself; any other non-empty one, known or not, is content. */
const envelope = new Set(["model", "created_at", "done", "message", "remote_model", "remote_host"]);

/** Token counts of a final object; what Ollama leaves out stays absent. */
export function ollamaUsage(json: JsonObject): Usage {
  const usage: Usage = {};
  const inputTokens = tokenCount(json.prompt_eval_count);
  if (inputTokens !== undefined) usage.inputTokens = inputTokens;
  const outputTokens = tokenCount(json.eval_count);
  if (outputTokens !== undefined) usage.outputTokens = outputTokens;
  return usage;
}

function hasContent(json: JsonObject): boolean {
  for (const key in json) {
    if (!envelope.has(key) && !isBlank(json[key])) return true;
  }
  if (!isObject(json.message)) return false;
  for (const key in json.message) {
    if (key !== "role" && !isBlank(json.message[key])) return true;
  }
  return false;
}

/** Whether an object is a line or an answer of the operation, by the fields that Ollama always writes. */
function hasShape(json: JsonObject, operation: Operation): boolean {
  switch (operation) {
    case "chat":
      return isObject(json.message) || json.done === true;
    case "generate":
      return typeof json.response === "string" || json.done === true;
    case "embed":
      return Array.isArray(json.embeddings) || Array.isArray(json.embedding);
  }
}

function inspectLine(line: string, operation: Operation): FrameInfo {
  let json: unknown;
  try {
    json = parseFrameJson(line);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return { kind: "malformed" };
  }
  if (!isObject(json)) return { kind: "malformed" };
  if (!isBlank(json.error)) return { kind: "error", message: errorText(json.error) };
  if (!hasShape(json, operation)) return { kind: "malformed" };
  if (json.done === true) return { kind: "terminal", usage: ollamaUsage(json) };
  return { kind: hasContent(json) ? "content" : "heartbeat" };
}

class OllamaFrameReader implements FrameReader {
  readonly splitter = ndjsonSplitter();
  readonly #operation: Operation;
  #complete = false;
  #empty = true;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  get complete(): boolean {
    return this.#complete;
  }

  get empty(): boolean {
    return this.#empty;
  }

  inspect(frame: Frame): FrameInfo {
    if (frame.data === undefined) return { kind: "heartbeat" };
    const info = inspectLine(frame.data, this.#operation);
    if (info.kind === "terminal") this.#complete = true;
    if (info.kind === "terminal" || info.kind === "content") this.#empty = false;
    return info;
  }
}

/** Reads one stream of `/api/chat` or `/api/generate`. */
export function ollamaFrameReader(operation: Operation): FrameReader {
  return new OllamaFrameReader(operation);
}

/**
 * What a whole, not streamed answer is: `terminal` with its usage, `error`, or `malformed`. Ollama always writes `done`:
 * an answer of a chat or generate without `done:true` has not come to its end.
 */
export function inspectOllamaAnswer(json: unknown, operation: Operation): FrameInfo {
  if (!isObject(json)) return { kind: "malformed" };
  if (!isBlank(json.error)) return { kind: "error", message: errorText(json.error) };
  if (!hasShape(json, operation)) return { kind: "malformed" };
  if (operation !== "embed" && json.done !== true) return { kind: "malformed" };
  return { kind: "terminal", usage: ollamaUsage(json) };
}
