import { type BackendFailure, messageOf, RequestError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Dialect } from "../core/types.ts";
import { ollamaErrors } from "../protocol/ollama.ts";
import { openaiErrors } from "../protocol/openai.ts";
import type { DialectErrors } from "../protocol/types.ts";

export const dialectErrors: Record<Dialect, DialectErrors> = { ollama: ollamaErrors, openai: openaiErrors };

/** The dialect that a client of this path understands. */
export function dialectOf(path: string): Dialect {
  return path === "/v1" || path.startsWith("/v1/") ? "openai" : "ollama";
}

/** An error in the client's dialect. */
export function errorResponse(
  dialect: Dialect,
  status: number,
  message: string,
  options: { code?: string; param?: string; headers?: HeadersInit; retryAfterMs?: number } = {},
): Response {
  const { body, contentType } = dialectErrors[dialect].error(status, message, options);
  const headers = new Headers(options.headers);
  headers.set("content-type", contentType);
  if (options.retryAfterMs !== undefined) {
    headers.set("retry-after", String(Math.max(1, Math.ceil(options.retryAfterMs / 1000))));
  }
  return new Response(body, { status, headers });
}

/** What a thrown value means to the client. Errors of ours are logged, and told without their inner words. */
export function thrownResponse(error: unknown, dialect: Dialect, log: Log): Response {
  if (error instanceof RequestError) return errorResponse(dialect, error.status, error.message, error);
  const detail = error instanceof Error && error.stack ? error.stack : messageOf(error);
  log.error("Request failed unexpectedly", { error: detail });
  return errorResponse(dialect, 500, "The broker failed to handle the request; its log says why");
}

/** For a client that has left: nobody reads it any more; 499 is nginx's status for a client that closed the request. */
export function clientGoneResponse(): Response {
  return new Response(null, { status: 499 });
}

/** A failure inside a started answer, as one sentence for the client. */
export function brokenAnswerWords(failure: BackendFailure): string {
  return `The answer broke off and is not complete: ${failure.message}`;
}
