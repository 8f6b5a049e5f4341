import type { Usage } from "../../core/types.ts";
import { errorText, isBlank, isObject, type JsonObject } from "../json_value.ts";
import { ollamaUsage } from "../ollama.ts";
import { openaiUsage } from "../openai.ts";
import type { ModelRequest, StreamTranslator, Translation } from "../types.ts";
import { Fields, untranslatable, wrongValue } from "./fields.ts";
import type { TranslateOptions } from "./options.ts";

/** Ollama's `/api/embed` and `/api/embeddings` for an OpenAI backend. Throws `RequestError` 400. */
export function embeddingsToOpenAI(request: ModelRequest, options: TranslateOptions): Translation {
  const fields = new Fields(request.json);
  const isLegacy = request.path === "/api/embeddings";
  const input = isLegacy ? fields.string("prompt") ?? "" : texts(fields);
  const dimensions = fields.number("dimensions");
  const startedAt = options.now();
  return {
    path: "/embeddings",
    body: { model: options.model, input, encoding_format: "float", ...(dimensions !== undefined && { dimensions }) },
    answer(json) {
      const { vectors, usage } = readOpenAIVectors(json, countOf(input));
      if (isLegacy) return { json: { embedding: vectors[0] }, usage };
      const nanoseconds = Math.round((options.now() - startedAt) * 1_000_000);
      return {
        json: {
          model: request.model,
          embeddings: vectors,
          ...(nanoseconds > 0 && { total_duration: nanoseconds }),
          ...(usage.inputTokens && { prompt_eval_count: usage.inputTokens }),
        },
        usage,
      };
    },
    stream: noStream,
  };
}

/** OpenAI's `/v1/embeddings` for an Ollama backend. Throws `RequestError` 400. */
export function embeddingsToOllama(request: ModelRequest, options: TranslateOptions): Translation {
  const fields = new Fields(request.json);
  const input = texts(fields);
  const format = fields.string("encoding_format") ?? "float";
  if (format !== "float" && format !== "base64") throw wrongValue("encoding_format", "float or base64", format);
  const dimensions = fields.number("dimensions");
  return {
    path: "/api/embed",
    body: { model: options.model, input, ...(dimensions !== undefined && { dimensions }) },
    answer(json) {
      const { vectors, usage } = readOllamaVectors(json, countOf(input));
      const { inputTokens = 0 } = usage;
      const data = vectors.map((vector, index) => ({
        object: "embedding",
        index,
        embedding: format === "base64" ? vectorToBase64(vector) : vector,
      }));
      return {
        json: {
          object: "list",
          data,
          model: request.model,
          usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
        },
        usage,
      };
    },
    stream: noStream,
  };
}

function noStream(): StreamTranslator {
  throw new TypeError("Cannot stream embeddings: they come as one answer");
}

function countOf(input: string | string[]): number {
  return typeof input === "string" ? 1 : input.length;
}

/** A text or a list of texts; OpenAI's lists of token numbers belong to its own tokenizers. */
function texts(fields: Fields): string | string[] {
  const input = fields.raw("input");
  if (typeof input === "string") return input;
  if (!Array.isArray(input)) throw wrongValue("input", "a string or an array of strings", input);
  if (input.some((item) => typeof item === "number" || Array.isArray(item))) {
    throw untranslatable("input", "must be text: token numbers of one model mean nothing to another");
  }
  if (!input.every((item) => typeof item === "string")) {
    throw wrongValue("input", "a string or an array of strings", input);
  }
  return input;
}

/** The vectors of an OpenAI answer in the order of the texts, also when the backend gives them as base64. */
function readOpenAIVectors(json: unknown, count: number): { vectors: number[][]; usage: Usage } {
  const answer = answerObject(json);
  if (!Array.isArray(answer.data)) throw new SyntaxError("Cannot read the backend's answer: it has no data");
  const entries = answer.data.filter(isObject);
  const ordered = entries.toSorted((a, b) => Number(a.index ?? 0) - Number(b.index ?? 0));
  return { vectors: checked(ordered.map((entry) => entry.embedding), count), usage: openaiUsage(answer) ?? {} };
}

function readOllamaVectors(json: unknown, count: number): { vectors: number[][]; usage: Usage } {
  const answer = answerObject(json);
  if (!Array.isArray(answer.embeddings)) {
    throw new SyntaxError("Cannot read the backend's answer: it has no embeddings");
  }
  return { vectors: checked(answer.embeddings, count), usage: ollamaUsage(answer) };
}

function answerObject(json: unknown): JsonObject {
  if (!isObject(json)) throw new SyntaxError("Cannot read the backend's answer: it is not a JSON object");
  if (!isBlank(json.error)) throw new SyntaxError(`Cannot read the backend's answer: ${errorText(json.error)}`);
  return json;
}

function checked(vectors: unknown[], count: number): number[][] {
  if (vectors.length !== count) {
    throw new SyntaxError(`Cannot read the backend's answer: ${vectors.length} embeddings for ${count} texts`);
  }
  return vectors.map((vector) => {
    if (typeof vector === "string") return vectorFromBase64(vector);
    if (Array.isArray(vector) && vector.every((value) => typeof value === "number")) return vector;
    throw new SyntaxError("Cannot read the backend's answer: an embedding is not a list of numbers");
  });
}

/** Little-endian 32-bit floats, as openai-node asks for them by default. */
function vectorToBase64(vector: number[]): string {
  const view = new DataView(new ArrayBuffer(4 * vector.length));
  vector.forEach((value, index) => view.setFloat32(4 * index, value, true));
  return new Uint8Array(view.buffer).toBase64();
}

function vectorFromBase64(base64: string): number[] {
  const bytes = Uint8Array.fromBase64(base64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => view.getFloat32(4 * index, true));
}
