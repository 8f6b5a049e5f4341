import { RequestError } from "../core/errors.ts";
import type { Operation, RequestClass } from "../core/types.ts";
import { isBlank, type JsonObject } from "./json_value.ts";
import { parseBody, requiredModel, streamFlag } from "./parse_body.ts";
import type { DialectErrors, ModelRequest } from "./types.ts";

export { inspectOllamaAnswer, ollamaFrameReader, ollamaUsage } from "./ollama_frames.ts";

const operations: Record<string, Operation> = {
  "/api/chat": "chat",
  "/api/generate": "generate",
  "/api/embed": "embed",
  "/api/embeddings": "embed",
};

/**
 * What routing must know of a request to `/api/chat`, `/api/generate`, `/api/embed` or `/api/embeddings`.
 * Throws `RequestError`: 400 for a body that cannot be used, 404 for another path.
 */
export function parseOllamaRequest(path: string, body: Uint8Array<ArrayBuffer>): ModelRequest {
  if (!Object.hasOwn(operations, path)) throw new RequestError(404, `Cannot answer the request: no route ${path}`);
  const operation = operations[path];
  const json = parseBody(body);
  return {
    dialect: "ollama",
    operation,
    class: classOf(operation, json),
    path,
    model: requiredModel(json),
    stream: operation === "embed" ? false : streamFlag(json, true),
    body,
    json,
  };
}

/**
 * Ollama loads the model, or unloads it with `keep_alive: 0`, when there is nothing to answer: no messages, or an empty
 * prompt, whatever `suffix` or `images` say (server/routes.go, GenerateHandler and ChatHandler). `context` holds tokens
 * of one backend's model.
 */
function classOf(operation: Operation, json: JsonObject): RequestClass {
  if (operation === "embed") return "embedding";
  if (operation === "chat") return isBlank(json.messages) ? "control" : "inference";
  if (isBlank(json.prompt)) return "control";
  return isBlank(json.context) ? "inference" : "bound";
}

/** Ollama's errors: `{"error":"text"}`, in a stream as its last line. */
export const ollamaErrors: DialectErrors = {
  error: (_status, message) => ({ body: JSON.stringify({ error: message }), contentType: "application/json" }),
  streamError: (message) => `${JSON.stringify({ error: message })}\n`,
};
