import { type BackendFailure, messageOf, RequestError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Dialect } from "../core/types.ts";
import { ConfigError } from "../config/config_error.ts";
import { ollamaErrors } from "../protocol/ollama.ts";
import { openaiErrors } from "../protocol/openai.ts";
import type { DialectErrors } from "../protocol/types.ts";

export const dialectErrors: Record<Dialect, DialectErrors> = { ollama: ollamaErrors, openai: openaiErrors };

/** The dialect that a client of this path understands. */
export function dialectOf(path: string): Dialect {
  return path === "/v1" || path.startsWith("/v1/") ? "openai" : "ollama";
}

/** An error in the client's dialect. Its code also stands in a header, for Ollama's dialect has no place for it. */
export function errorResponse(
  dialect: Dialect,
  status: number,
  message: string,
  options: { code?: string; param?: string; headers?: HeadersInit; retryAfterMs?: number } = {},
): Response {
  const { body, contentType } = dialectErrors[dialect].error(status, message, options);
  const headers = new Headers(options.headers);
  headers.set("content-type", contentType);
  if (options.code !== undefined) headers.set("x-broker-code", options.code);
  if (options.retryAfterMs !== undefined) {
    headers.set("retry-after", String(Math.max(1, Math.ceil(options.retryAfterMs / 1000))));
  }
  return new Response(body, { status, headers });
}

/** An error of the control API. */
export function controlError(status: number, message: string, headers?: HeadersInit): Response {
  return Response.json({ error: { message } }, { status, headers });
}

/** An error in the form that clients of this path understand. */
export function pathError(
  path: string,
  status: number,
  message: string,
  options: { code?: string; headers?: HeadersInit } = {},
): Response {
  if (path.startsWith("/control/")) return controlError(status, message, options.headers);
  return errorResponse(dialectOf(path), status, message, options);
}

/** What a thrown value means to the client. Errors of ours are logged, and told without their inner words. */
export function thrownResponse(error: unknown, dialect: Dialect, log: Log): Response {
  if (error instanceof RequestError) return errorResponse(dialect, error.status, error.message, error);
  logUnexpected(error, log);
  return errorResponse(dialect, 500, unexpectedWords);
}

/** The same where the path, and not a dialect, is known. A configuration that cannot be used is told in full. */
export function thrownAtPath(error: unknown, path: string, log: Log): Response {
  if (!path.startsWith("/control/")) return thrownResponse(error, dialectOf(path), log);
  if (error instanceof RequestError) return controlError(error.status, error.message);
  if (error instanceof ConfigError) return controlError(409, error.message);
  logUnexpected(error, log);
  return controlError(500, unexpectedWords);
}

const unexpectedWords = "The broker failed to handle the request; its log says why";

function logUnexpected(error: unknown, log: Log): void {
  const detail = error instanceof Error && error.stack ? error.stack : messageOf(error);
  log.error("Request failed unexpectedly", { error: detail });
}

/** For a client that has left: nobody reads it any more; 499 is nginx's status for a client that closed the request. */
export function clientGoneResponse(): Response {
  return new Response(null, { status: 499 });
}

/** A failure inside a started answer, as one sentence for the client. */
export function brokenAnswerWords(failure: BackendFailure): string {
  return `The answer broke off and is not complete: ${failure.message}`;
}
