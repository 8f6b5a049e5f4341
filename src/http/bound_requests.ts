import { BackendFailure, RequestError } from "../core/errors.ts";
import { statusOfFailure } from "../broker/exhausted.ts";
import type { Backend } from "../broker/backend.ts";
import { isAllowed } from "../state/preference.ts";
import type { HttpContext } from "./context.ts";
import { clientGoneResponse, errorResponse, thrownResponse } from "./error_response.ts";
import { type ProgressOptions, progressStream } from "./progress_stream.ts";

/** Headers that concern the client's connection or its own secrets, and what the transport sets itself. */
const keptRequestHeaders = ["content-type", "accept", "content-encoding"];
const droppedResponseHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-encoding",
  "set-cookie",
  "access-control-allow-origin",
  "access-control-allow-credentials",
]);

/** What changes which models a backend has. */
const changesModels = new Set(["/api/pull", "/api/create", "/api/copy", "/api/delete"]);

/**
 * A request that changes one backend (pull, push, create, copy, delete, blobs, account): it goes to the backend that the
 * client names in `x-broker-backend`, else to the first local Ollama, once, and streams straight through both ways.
 */
export async function forwardBound(context: HttpContext, request: Request): Promise<Response> {
  try {
    const backend = boundBackend(context, request.headers.get("x-broker-backend"));
    const url = new URL(request.url);
    const response = await backend.forward({
      method: request.method,
      path: url.pathname + url.search,
      headers: pickHeaders(request.headers),
      body: request.body as ReadableStream<Uint8Array<ArrayBuffer>> | null ?? undefined,
      signal: request.signal,
    });
    const { id } = backend.config;
    const onEnd = () => {
      if (changesModels.has(url.pathname)) context.modelsChanged(id);
    };
    return passedOn(response, { backend: id, clientGone: request.signal, onEnd });
  } catch (error) {
    if (request.signal.aborted) return clientGoneResponse();
    if (!(error instanceof BackendFailure)) return thrownResponse(error, "ollama", context.log);
    return errorResponse("ollama", statusOfFailure(error), error.message, {
      headers: { "x-broker-backend": error.backend, "x-broker-attempts": `${error.backend}:${error.reason}` },
    });
  }
}

function boundBackend(context: HttpContext, named: string | null): Backend {
  const { backends, mode } = context.store.state;
  const configs = backends.map(({ config }) => config).filter(({ enabled }) => enabled);
  const chosen = named === null
    ? configs.filter(({ kind, location }) => kind === "ollama" && location === "local")
      .sort((a, b) => a.priority - b.priority)[0]
    : configs.find(({ id }) => id === named);
  const backend = chosen && isAllowed(chosen.location, named === null ? "local-only" : mode) &&
    context.backends(chosen.id);
  if (backend) return backend;
  throw named === null
    ? new RequestError(503, "No local Ollama is set up for this request; name a backend in x-broker-backend")
    : new RequestError(404, `No backend "${named.slice(0, 64)}" can be used; check x-broker-backend and the mode`);
}

function pickHeaders(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of keptRequestHeaders) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

function passedOn(response: Response, options: ProgressOptions): Response {
  const headers = new Headers();
  const listed = (response.headers.get("connection") ?? "").toLowerCase().split(/\s*,\s*/);
  for (const [name, value] of response.headers) {
    if (!droppedResponseHeaders.has(name) && !listed.includes(name)) headers.append(name, value);
  }
  headers.set("x-broker-backend", options.backend);
  const isProgress = response.ok && response.headers.get("content-type")?.startsWith("application/x-ndjson");
  if (response.body && isProgress) {
    return new Response(progressStream(response.body, options), { status: response.status, headers });
  }
  // What is told in one piece is done when its headers are here.
  options.onEnd();
  return new Response(response.body, { status: response.status, headers });
}
