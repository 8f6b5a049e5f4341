import { adminPhrases } from "./ollama_admin_script.ts";
import { answerOllama } from "./ollama_script.ts";
import { answerOpenai } from "./openai_script.ts";
import type { Delivery } from "./delivery.ts";
import { errorAnswer, jsonAnswer, type ScriptContext, type ScriptedRequest } from "./scripted_answer.ts";

/** What a scripted server speaks; each is a backend kind of the broker. */
export type ServerDialect = "ollama" | "openai" | "cloudtolocalllm";

/** Where the dialect's own paths begin. */
export function basePathOf(dialect: ServerDialect): string {
  return dialect === "cloudtolocalllm" ? "/api/ollama" : "";
}

const healthPaths = new Set([
  "/",
  "/health",
  "/api/version",
  "/api/tags",
  "/api/ps",
  "/api/show",
  "/api/proxy/status",
  "/v1/models",
]);

/** Whether the target asks how the server is or what it has, and not for work. */
export function isHealthPath(dialect: ServerDialect, target: string): boolean {
  const path = pathOf(target);
  return healthPaths.has(withoutBase(dialect, path) ?? path) || path.startsWith("/v1/models/");
}

/** The answer a well-behaved server of this dialect gives. */
export async function scriptAnswer(
  request: ScriptedRequest & { headers: Headers },
  server: { dialect: ServerDialect; token?: string; context: ScriptContext },
): Promise<Delivery> {
  const { dialect, token, context } = server;
  const path = pathOf(request.path);
  if (dialect === "cloudtolocalllm" && path === "/health") return jsonAnswer({ status: "ok" }, adminPhrases);
  if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`) return unauthorized(dialect);
  if (dialect === "cloudtolocalllm" && path === "/api/proxy/status") {
    return jsonAnswer({ status: "running", version: context.version }, adminPhrases);
  }
  if (dialect !== "cloudtolocalllm" && path.startsWith("/v1/")) {
    return answerOpenai({ ...request, path: path.slice(3) }, context);
  }
  const ownPath = withoutBase(dialect, path);
  if (dialect === "openai" || ownPath === undefined) return errorAnswer(404, `No such path: ${path}`, adminPhrases);
  return await answerOllama({ ...request, path: ownPath }, context);
}

function pathOf(target: string): string {
  return target.split("?")[0]!;
}

function withoutBase(dialect: ServerDialect, path: string): string | undefined {
  const base = basePathOf(dialect);
  return path.startsWith(base) ? path.slice(base.length) || "/" : undefined;
}

function unauthorized(dialect: ServerDialect): Delivery {
  if (dialect !== "openai") return errorAnswer(401, "unauthorized", adminPhrases);
  const error = {
    message: "Incorrect API key provided",
    type: "invalid_request_error",
    param: null,
    code: "invalid_api_key",
  };
  return jsonAnswer({ error }, adminPhrases, 401);
}
