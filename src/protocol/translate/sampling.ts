import type { Fields } from "./fields.ts";
import { wrongValue } from "./fields.ts";

/** Sampling parameters that both dialects call the same. */
const shared = ["temperature", "top_p", "seed", "frequency_penalty", "presence_penalty"];

/** `stop` as both dialects take it: a list. A single string is OpenAI's short form. */
function stopList(fields: Fields): string[] | undefined {
  const stop = fields.raw("stop");
  if (stop === undefined) return undefined;
  const list = Array.isArray(stop) ? stop : [stop];
  for (const item of list) {
    if (typeof item !== "string") throw wrongValue(fields.place("stop"), "a string or an array of strings", stop);
  }
  const words = list.filter((item) => item !== "");
  return words.length === 0 ? undefined : words;
}

function copyNumbers(fields: Fields, keys: string[], into: Record<string, unknown>): void {
  for (const key of keys) {
    const value = fields.number(key);
    if (value !== undefined) into[key] = value;
  }
}

/**
 * Ollama's `options` as OpenAI's parameters. `num_predict` below 1 means "no limit" and is left out; what steers Ollama's
 * runner (`num_ctx`, `num_gpu`, `mirostat`…) means nothing elsewhere and is dropped.
 */
export function samplingToOpenAI(options: Fields, allow: { topK?: boolean }): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  copyNumbers(options, shared, body);
  const limit = options.number("num_predict");
  if (limit !== undefined && limit > 0) body.max_tokens = limit;
  const stop = stopList(options);
  if (stop) body.stop = stop;
  if (!allow.topK) return body;
  copyNumbers(options, ["top_k", "min_p", "repeat_penalty"], body);
  // llama.cpp says repeat_penalty; vLLM and OpenRouter say repetition_penalty.
  if (body.repeat_penalty !== undefined) body.repetition_penalty = body.repeat_penalty;
  return body;
}

/** OpenAI's parameters as Ollama's `options`, with the extensions that other servers share with Ollama. */
export function samplingToOllama(fields: Fields): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  copyNumbers(fields, [...shared, "top_k", "min_p"], options);
  const limit = fields.number("max_completion_tokens") ?? fields.number("max_tokens");
  if (limit !== undefined && limit > 0) options.num_predict = limit;
  const penalty = fields.number("repeat_penalty") ?? fields.number("repetition_penalty");
  if (penalty !== undefined) options.repeat_penalty = penalty;
  const stop = stopList(fields);
  if (stop) options.stop = stop;
  return options;
}
