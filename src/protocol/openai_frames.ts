import type { Operation, Usage } from "../core/types.ts";
import { parseFrameJson } from "./frame_json.ts";
import { errorText, isBlank, isObject, type JsonObject } from "./json_value.ts";
import { sseSplitter } from "./sse.ts";
import { tokenCount } from "./token_count.ts";
import type { Frame, FrameInfo, FrameReader } from "./types.ts";

/** Token counts of `usage`; `undefined` when the chunk carries none. */
export function openaiUsage(json: JsonObject): Usage | undefined {
  if (!isObject(json.usage)) return undefined;
  const usage: Usage = {};
  const inputTokens = tokenCount(json.usage.prompt_tokens);
  if (inputTokens !== undefined) usage.inputTokens = inputTokens;
  const outputTokens = tokenCount(json.usage.completion_tokens);
  if (outputTokens !== undefined) usage.outputTokens = outputTokens;
  return usage;
}

/**
 * The error inside an HTTP 200, in the three forms that servers use: an `error` field (OpenRouter, Groq), an object of
 * kind `error` (vLLM), a choice that finished with `error`. `undefined` when it is none.
 */
function reportedError(json: JsonObject): string | undefined {
  if (!isBlank(json.error)) return errorText(json.error);
  if (json.object === "error") return errorText(json.message ?? json);
  for (const choice of choicesOf(json)) {
    if (!isBlank(choice.error)) return errorText(choice.error);
    if (choice.finish_reason === "error") return "the answer finished with an error";
  }
  return undefined;
}

function choicesOf(json: JsonObject): JsonObject[] {
  return Array.isArray(json.choices) ? json.choices.filter(isObject) : [];
}

/** Whether a choice of a stream carries anything of the answer; its role alone does not. */
function hasContent(choice: JsonObject): boolean {
  if (!isBlank(choice.text) || !isBlank(choice.finish_reason)) return true;
  if (!isObject(choice.delta)) return false;
  for (const key in choice.delta) {
    if (key !== "role" && !isBlank(choice.delta[key])) return true;
  }
  return false;
}

class OpenAIFrameReader implements FrameReader {
  readonly splitter = sseSplitter();
  readonly #running = new Set<unknown>();
  #finished = false;
  #empty = true;

  get complete(): boolean {
    return this.#finished && this.#running.size === 0;
  }

  get empty(): boolean {
    return this.#empty;
  }

  inspect(frame: Frame): FrameInfo {
    const data = frame.data?.trim();
    if (data === undefined || data === "") return { kind: "heartbeat" };
    if (data === "[DONE]") {
      this.#finished = true;
      this.#running.clear();
      return { kind: "terminal" };
    }
    let json: unknown;
    try {
      json = parseFrameJson(data);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return { kind: "malformed" };
    }
    return isObject(json) ? this.#inspectChunk(json) : { kind: "malformed" };
  }

  #inspectChunk(json: JsonObject): FrameInfo {
    const message = reportedError(json);
    if (message !== undefined) return { kind: "error", message };
    const usage = openaiUsage(json);
    if (!Array.isArray(json.choices) && !usage) return { kind: "malformed" };
    const choices = choicesOf(json);
    choices.forEach((choice) => this.#follow(choice));
    const carries = choices.some(hasContent);
    if (carries) this.#empty = false;
    return usage
      ? { kind: "content", usage, isUsageAlone: choices.length === 0 }
      : { kind: carries ? "content" : "heartbeat" };
  }

  #follow(choice: JsonObject): void {
    if (isBlank(choice.finish_reason)) {
      // Some servers repeat a finished choice, without content, to carry usage.
      if (hasContent(choice)) this.#running.add(choice.index ?? 0);
    } else {
      this.#running.delete(choice.index ?? 0);
      this.#finished = true;
    }
  }
}

/** Reads one stream of `/chat/completions` or `/completions`; their chunks are told apart by their own fields. */
export function openaiFrameReader(_operation: Operation): FrameReader {
  return new OpenAIFrameReader();
}

function hasShape(json: JsonObject, operation: Operation): boolean {
  if (operation === "embed") return Array.isArray(json.data);
  const choices = choicesOf(json);
  if (choices.length === 0) return false;
  return choices.every((choice) => operation === "chat" ? isObject(choice.message) : typeof choice.text === "string");
}

/**
 * What a whole, not streamed answer is: `terminal` with its usage, `error`, or `malformed`. A `finish_reason` that is
 * absent or null does not make it incomplete, as it does a stream: servers are known that leave it out, and JSON that
 * could be parsed to its end was not cut. It counts as `stop`.
 */
export function inspectOpenAIAnswer(json: unknown, operation: Operation): FrameInfo {
  if (!isObject(json)) return { kind: "malformed" };
  const message = reportedError(json);
  if (message !== undefined) return { kind: "error", message };
  if (!hasShape(json, operation)) return { kind: "malformed" };
  return { kind: "terminal", usage: openaiUsage(json) };
}
