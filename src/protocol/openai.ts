import { RequestError } from "../core/errors.ts";
import type { Operation } from "../core/types.ts";
import { isBlank } from "./json_value.ts";
import { parseBody, requiredModel, streamFlag } from "./parse_body.ts";
import type { DialectErrors, ModelRequest } from "./types.ts";

export { inspectOpenAIAnswer, openaiFrameReader, openaiUsage } from "./openai_frames.ts";

/** The event that ends a stream. */
export const openaiDone = "data: [DONE]\n\n";

const operations: Record<string, Operation> = {
  "/v1/chat/completions": "chat",
  "/v1/completions": "generate",
  "/v1/embeddings": "embed",
};

/**
 * What routing must know of a request to `/v1/chat/completions`, `/v1/completions` or `/v1/embeddings`.
 * Throws `RequestError`: 400 for a body that cannot be used, 404 for another path.
 */
export function parseOpenAIRequest(path: string, body: Uint8Array<ArrayBuffer>): ModelRequest {
  if (!Object.hasOwn(operations, path)) throw new RequestError(404, `Cannot answer the request: no route ${path}`);
  const operation = operations[path];
  const json = parseBody(body);
  const model = requiredModel(json);
  // Without this check a translated request would become Ollama's "load the model".
  if (operation === "chat" && isBlank(json.messages)) {
    throw new RequestError(400, "Cannot read the request: messages must not be empty", { param: "messages" });
  }
  return {
    dialect: "openai",
    operation,
    class: operation === "embed" ? "embedding" : "inference",
    path,
    model,
    stream: operation === "embed" ? false : streamFlag(json, false),
    body,
    json,
  };
}

const errorTypes: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
};

function errorBody(message: string, options: { type: string; param?: string; code?: string }): string {
  const { type, param = null, code = null } = options;
  return JSON.stringify({ error: { message, type, param, code } });
}

/**
 * OpenAI's errors. Inside a stream it is an event `data: {"error":…}`, upon which openai-node throws an `APIError`
 * (core/streaming); no `[DONE]` follows, for that would say the answer is whole.
 */
export const openaiErrors: DialectErrors = {
  error: (status, message, options = {}) => ({
    body: errorBody(message, { ...options, type: options.type ?? errorTypes[status] ?? "api_error" }),
    contentType: "application/json",
  }),
  streamError: (message) => `data: ${errorBody(message, { type: "api_error" })}\n\n`,
};
