import { isBlank, isObject } from "../json_value.ts";
import type { ModelRequest, Translation } from "../types.ts";
import { embeddingsToOllama } from "./embeddings.ts";
import { Fields, untranslatable, wrongValue } from "./fields.ts";
import { formatToOllama } from "./format.ts";
import { messagesToOllama } from "./messages_to_ollama.ts";
import { answerToOpenAI, OpenAIAnswer, OpenAIStream } from "./openai_answer.ts";
import type { TranslateOptions } from "./options.ts";
import { samplingToOllama } from "./sampling.ts";
import { effortToThink } from "./thinking.ts";

type Body = Record<string, unknown>;

export type { TranslateOptions } from "./options.ts";

/**
 * An OpenAI client's request for an Ollama backend, and the way back. Ollama's own API is used and not its `/v1`, whose
 * streams lose errors. Fields that Ollama does not know are dropped, as its `/v1` does. Throws `RequestError` 400 for
 * what would change the answer's shape and cannot be said.
 */
export function translateToOllama(request: ModelRequest, options: TranslateOptions): Translation {
  if (request.operation === "embed") return embeddingsToOllama(request, options);
  const fields = new Fields(request.json);
  refuseOthers(fields);
  const question = request.operation === "chat" ? chat(fields) : completion(fields);
  const answer = new OpenAIAnswer(request, options);
  return {
    path: request.operation === "chat" ? "/api/chat" : "/api/generate",
    body: { model: options.model, ...question, ...common(request, fields) },
    answer: (json) => answerToOpenAI(json, answer),
    stream: () => new OpenAIStream(answer),
  };
}

function refuseOthers(fields: Fields): void {
  for (const key of ["n", "best_of"]) {
    if ((fields.number(key) ?? 1) > 1) throw untranslatable(key, "must be 1: Ollama gives one answer");
  }
  if (fields.boolean("echo")) throw untranslatable("echo", "is not possible with Ollama");
  if (!isBlank(fields.raw("functions"))) throw untranslatable("functions", "is not possible with Ollama: use tools");
  if (fields.array("modalities")?.includes("audio")) {
    throw untranslatable("modalities", "must be text: Ollama gives no audio");
  }
}

function common(request: ModelRequest, fields: Fields): Body {
  const options = samplingToOllama(fields);
  const format = formatToOllama(fields);
  const think = effortToThink(fields);
  return {
    stream: request.stream,
    ...(Object.keys(options).length > 0 && { options }),
    ...(format !== undefined && { format }),
    ...(think !== undefined && { think }),
  };
}

function chat(fields: Fields): Body {
  const tools = offeredTools(fields);
  const topLogprobs = fields.number("top_logprobs");
  return {
    messages: messagesToOllama(fields),
    ...(tools.length > 0 && { tools }),
    ...(fields.boolean("logprobs") && { logprobs: true, ...(topLogprobs && { top_logprobs: topLogprobs }) }),
  };
}

/**
 * Ollama has no `tool_choice`. `none` offers no tools and a named tool is offered alone; that the model must call one
 * cannot be said, and is left to it, as Ollama's own `/v1` does.
 */
function offeredTools(fields: Fields): unknown[] {
  const tools = fields.objects("tools");
  for (const tool of tools) {
    const type = tool.string("type") ?? "function";
    if (type !== "function") throw untranslatable(tool.place("type"), `${JSON.stringify(type)} is not possible`);
  }
  const choice = fields.raw("tool_choice");
  if (choice === "none") return [];
  const all = fields.array("tools") ?? [];
  const name = isObject(choice) && isObject(choice.function) ? choice.function.name : undefined;
  if (name === undefined) return [...all];
  return all.filter((_, index) => tools[index].object("function")?.raw("name") === name);
}

function completion(fields: Fields): Body {
  const suffix = fields.string("suffix");
  const logprobs = fields.number("logprobs") ?? 0;
  return {
    prompt: onePrompt(fields),
    ...(suffix && { suffix }),
    ...(logprobs > 0 && { logprobs: true, top_logprobs: logprobs }),
  };
}

/** One text that is not empty: an empty prompt is Ollama's "load the model", with no answer. */
function onePrompt(fields: Fields): string {
  const prompt = fields.raw("prompt");
  const list: unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  if (list.some((item) => typeof item === "number" || Array.isArray(item))) {
    throw untranslatable("prompt", "must be text: token numbers of one model mean nothing to another");
  }
  if (list.length > 1) throw untranslatable("prompt", "must be one text: Ollama answers one at a time");
  if (typeof list[0] === "string" && list[0] !== "") return list[0];
  throw wrongValue("prompt", "a text that is not empty", prompt);
}
