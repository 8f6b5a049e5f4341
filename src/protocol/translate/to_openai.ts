import { isBlank } from "../json_value.ts";
import type { ModelRequest, Translation } from "../types.ts";
import { embeddingsToOpenAI } from "./embeddings.ts";
import { Fields, untranslatable } from "./fields.ts";
import { formatToOpenAI } from "./format.ts";
import { messagesToOpenAI, userContent } from "./messages_to_openai.ts";
import { answerToOllama, OllamaAnswer, OllamaStream } from "./ollama_answer.ts";
import type { TranslateOptions } from "./options.ts";
import { samplingToOpenAI } from "./sampling.ts";
import { thinkToEffort } from "./thinking.ts";

type Body = Record<string, unknown>;

export type { TranslateOptions } from "./options.ts";

/**
 * An Ollama client's request for an OpenAI backend, and the way back. Only what the other dialect has a word for is
 * written; `keep_alive`, `truncate`, `shift` and the runner's options are dropped. Throws `RequestError` 400 for what
 * would change the answer and cannot be said.
 */
export function translateToOpenAI(request: ModelRequest, options: TranslateOptions): Translation {
  if (request.operation === "embed") return embeddingsToOpenAI(request, options);
  const fields = new Fields(request.json);
  if (request.class === "control") {
    const field = request.operation === "chat" ? "messages" : "prompt";
    throw untranslatable(field, "must not be empty: only Ollama can load or unload a model");
  }
  const isPlain = request.operation === "generate" && (fields.boolean("raw") || !isBlank(fields.raw("suffix")));
  const question = isPlain ? completion(fields) : chat(request, fields, options);
  const answer = new OllamaAnswer(request, options);
  return {
    path: isPlain ? "/completions" : "/chat/completions",
    body: { model: options.model, ...question, ...common(request, fields, options) },
    answer: (json) => answerToOllama(json, answer),
    stream: () => new OllamaStream(answer),
  };
}

function common(request: ModelRequest, fields: Fields, options: TranslateOptions): Body {
  const format = formatToOpenAI(fields);
  return {
    stream: request.stream,
    ...(request.stream && { stream_options: { include_usage: true } }),
    ...samplingToOpenAI(fields.object("options") ?? new Fields({}), options),
    ...(format && { response_format: format }),
  };
}

function chat(request: ModelRequest, fields: Fields, options: TranslateOptions): Body {
  const effort = thinkToEffort(fields);
  const tools = fields.array("tools") ?? [];
  const topLogprobs = fields.number("top_logprobs");
  return {
    messages: request.operation === "chat" ? messagesToOpenAI(fields, options.id) : promptMessages(fields),
    ...(tools.length > 0 && { tools }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(fields.boolean("logprobs") && { logprobs: true, ...(topLogprobs && { top_logprobs: topLogprobs }) }),
  };
}

/** `/api/generate` as a conversation of one question. */
function promptMessages(fields: Fields): Body[] {
  refuse(fields, ["template", "context"]);
  const system = fields.string("system");
  const content = userContent(fields.string("prompt") ?? "", fields.array("images") ?? [], "images");
  return [...(system ? [{ role: "system", content: system }] : []), { role: "user", content }];
}

/** `raw` and `suffix` ask for the text to go on as it stands, which no conversation does. */
function completion(fields: Fields): Body {
  refuse(fields, ["template", "context", "system", "images"]);
  const suffix = fields.string("suffix");
  const logprobs = fields.boolean("logprobs") ? Math.max(1, fields.number("top_logprobs") ?? 0) : undefined;
  return {
    prompt: fields.string("prompt") ?? "",
    ...(suffix && { suffix }),
    ...(logprobs !== undefined && { logprobs }),
  };
}

function refuse(fields: Fields, keys: string[]): void {
  for (const key of keys) {
    if (!isBlank(fields.raw(key))) throw untranslatable(key, "is not possible with an OpenAI-compatible backend");
  }
}
