import type { Usage } from "../../core/types.ts";
import { errorText, isBlank, isObject, type JsonObject } from "../json_value.ts";
import { ollamaUsage } from "../ollama.ts";
import { openaiUsage } from "../openai.ts";
import { readOllamaToolCalls, type ToolCall } from "./tool_calls.ts";

/** What one object of an answer says, whole or in part, free of its dialect. */
export interface Piece {
  content: string;
  thinking: string;
  /** Whole tool calls. */
  toolCalls: ToolCall[];
  /** OpenAI's tool calls, of which a stream gives fragments. */
  toolFragments?: unknown;
  /** Tokens with their probabilities, in the form that Ollama and OpenAI's chat share. */
  logprobs?: unknown[];
  /** Why the answer ended, in its own dialect's words; `undefined` while it goes on. */
  reason?: string;
  usage?: Usage;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Content is a text or, with some servers, a list of parts. */
function contentText(content: unknown): string {
  if (isText(content)) return content;
  if (!Array.isArray(content)) return "";
  return content.filter(isObject).map((part) => isText(part.text) ? part.text : "").join("");
}

/** The answer in an OpenAI chunk or whole answer: of its first choice, since one is all that was asked for. */
export function readOpenAI(json: unknown, form: "delta" | "message"): Piece {
  if (!isObject(json)) throw new SyntaxError("Cannot read the backend's answer: it is not a JSON object");
  if (!isBlank(json.error)) throw new SyntaxError(`Cannot read the backend's answer: ${errorText(json.error)}`);
  const usage = openaiUsage(json);
  const choice = firstChoice(json);
  if (!choice) {
    if (form === "message" || (!usage && !Array.isArray(json.choices))) {
      throw new SyntaxError("Cannot read the backend's answer: it has no choices");
    }
    return { content: "", thinking: "", toolCalls: [], usage };
  }
  const source = isObject(choice[form]) ? choice[form] : {};
  return {
    content: contentText(choice.text) + contentText(source.content) + contentText(source.refusal),
    thinking: contentText(source.reasoning) || contentText(source.reasoning_content),
    toolCalls: [],
    toolFragments: source.tool_calls,
    logprobs: readLogprobs(choice.logprobs),
    reason: isText(choice.finish_reason) && choice.finish_reason !== "" ? choice.finish_reason : undefined,
    usage,
  };
}

function firstChoice(json: JsonObject): JsonObject | undefined {
  if (!Array.isArray(json.choices)) return undefined;
  return json.choices.filter(isObject).find((choice) => (choice.index ?? 0) === 0);
}

/** OpenAI's chat form is a list of tokens; its older form for completions has one list for each property. */
function readLogprobs(logprobs: unknown): unknown[] | undefined {
  if (!isObject(logprobs)) return undefined;
  if (Array.isArray(logprobs.content)) return logprobs.content;
  const { tokens, token_logprobs: values, top_logprobs: tops } = logprobs;
  if (!Array.isArray(tokens) || !Array.isArray(values)) return undefined;
  return tokens.map((token, index) => {
    const top = Array.isArray(tops) ? tops[index] : undefined;
    if (!isObject(top)) return { token, logprob: values[index] };
    const alternatives = Object.entries(top).map(([token, logprob]) => ({ token, logprob }));
    return { token, logprob: values[index], top_logprobs: alternatives };
  });
}

/** The answer in an Ollama line or whole answer to chat or generate. */
export function readOllama(json: unknown): Piece {
  if (!isObject(json)) throw new SyntaxError("Cannot read the backend's answer: it is not a JSON object");
  if (!isBlank(json.error)) throw new SyntaxError(`Cannot read the backend's answer: ${errorText(json.error)}`);
  if (!isObject(json.message) && !isText(json.response) && json.done !== true) {
    throw new SyntaxError("Cannot read the backend's answer: it has neither message nor response");
  }
  const source = isObject(json.message) ? json.message : { content: json.response, thinking: json.thinking };
  return {
    content: contentText(source.content),
    thinking: contentText(source.thinking),
    toolCalls: readOllamaToolCalls(source.tool_calls),
    logprobs: Array.isArray(json.logprobs) && json.logprobs.length > 0 ? json.logprobs : undefined,
    reason: json.done === true ? (isText(json.done_reason) && json.done_reason) || "stop" : undefined,
    usage: json.done === true ? ollamaUsage(json) : undefined,
  };
}
