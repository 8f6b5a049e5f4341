import { LinkedAbort } from "../core/abort.ts";
import { BackendFailure, RequestError } from "../core/errors.ts";
import type { Backend } from "../broker/backend.ts";
import { forbidden, statusOfFailure } from "../broker/exhausted.ts";
import { keptOutBy } from "../broker/kept_out.ts";
import type { StayRule } from "../broker/stay_rule.ts";
import { NotAllowed } from "../broker/unanswered.ts";
import { modeWords } from "../state/mode_in_force.ts";
import { isAllowed } from "../state/preference.ts";
import { type BoundCase, boundCase, boundRefusal } from "./bound_policy.ts";
import { type BoundAnswer, exchangeBound } from "./bound_exchange.ts";
import type { HttpContext } from "./context.ts";
import { clientGoneResponse, errorResponse, thrownResponse } from "./error_response.ts";
import { passedHeaders } from "./passed_headers.ts";
import { progressStream } from "./progress_stream.ts";

/** All else concerns the client's connection or its own secrets, or is the transport's to set. */
const keptRequestHeaders = ["content-type", "accept", "content-encoding"];

/** What changes which models a backend has. */
const changesModels = new Set(["/api/pull", "/api/create", "/api/copy", "/api/delete"]);

const digestPattern = /^sha256[:-][0-9a-f]{64}$/;

/** The path of a blob at a backend. Throws {@linkcode RequestError} for what is no digest, such as a path. */
export function blobPath(digest: string): string {
  if (digestPattern.test(digest)) return `/api/blobs/${digest}`;
  throw new RequestError(400, `invalid digest format: "${digest.slice(0, 80)}" is not sha256: and 64 hex digits`);
}

/**
 * A request that changes one backend (pull, push, create, copy, delete, blobs, account): it goes to the backend that the
 * client names in `x-broker-backend`, else to the first local Ollama, once, and streams straight through both ways.
 * `path` gives the path at the backend; nothing of the client's URL goes there.
 */
export async function forwardBound(context: HttpContext, request: Request, path: () => string): Promise<Response> {
  const abort = new LinkedAbort(request.signal, context.stopped);
  const named = request.headers.get("x-broker-backend");
  let settled = () => {};
  let bound: BoundCase | undefined;
  let sentTo = "";
  try {
    const backend = boundBackend(context, named);
    sentTo = backend.config.id;
    const way = { backend: backend.config, path: path(), isNamed: named !== null };
    bound = await boundCase(context, request, way);
    const rule = bound.rule();
    if (rule) throw boundRefusal(rule);
    settled = context.unanswered.add({ isAllowed: bound.isAllowed, abort });
    const { body } = bound;
    const sent = { method: request.method, path: way.path, headers: pickHeaders(request.headers), body };
    const { suspectAfterMs } = context.config().route;
    const answer = await exchangeBound(backend, sent, { abort, clock: context.clock, suspectAfterMs });
    abort.signal.throwIfAborted();
    return passedOn(context, answer, { backend, path: way.path, abort, clientGone: request.signal });
  } catch (error) {
    abort[Symbol.dispose]();
    if (request.signal.aborted) return clientGoneResponse();
    if (error instanceof NotAllowed) return forbiddenResponse(context, sentTo, bound?.rule());
    if (!(error instanceof BackendFailure)) return thrownResponse(error, "ollama", context.log);
    return errorResponse("ollama", statusOfFailure(error), context.redact(error.message), {
      headers: { "x-broker-backend": error.backend, "x-broker-attempts": `${error.backend}:${error.reason}` },
    });
  } finally {
    settled();
  }
}

/** The mode or a rule has changed against the backend before it had answered. */
function forbiddenResponse({ store }: HttpContext, backend: string, rule: StayRule | undefined): Response {
  const { mode, modeCause } = store.state;
  const kept = keptOutBy({ rule, cause: modeCause, hasModel: true });
  const { status, message, code } = forbidden(backend, { because: modeWords(mode, modeCause), ...kept, attempts: [] });
  const headers = { "x-broker-backend": backend, "x-broker-attempts": `${backend}:not_allowed` };
  return errorResponse("ollama", status, message, { headers, code });
}

function boundBackend(context: HttpContext, named: string | null): Backend {
  const { backends, mode, modeCause } = context.store.state;
  const configs = backends.map(({ config }) => config).filter(({ enabled }) => enabled);
  const chosen = named === null
    ? configs.filter(({ kind, location }) => kind === "ollama" && location === "local")
      .sort((a, b) => a.priority - b.priority)[0]
    : configs.find(({ id }) => id === named);
  const backend = chosen && isAllowed(chosen.location, named === null ? "local-only" : mode) &&
    context.backends(chosen.id);
  if (backend) return backend;
  const kept = chosen && keptOutBy({ rule: undefined, cause: modeCause, hasModel: true });
  if (kept) {
    const message = `Backend "${chosen.id}" is not asked: ${kept.because}; ${kept.advice}`;
    throw new RequestError(kept.status, message, { code: kept.code });
  }
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

interface Passing {
  backend: Backend;
  path: string;
  abort: LinkedAbort;
  clientGone: AbortSignal;
}

/** The answer as the client gets it: its status, its body and what tells how to read that, nothing else. */
function passedOn(context: HttpContext, answer: BoundAnswer, { backend, path, abort, clientGone }: Passing): Response {
  const { id, timeouts } = backend.config;
  const { status, contentEncoding } = answer;
  const headers = passedHeaders(answer.contentType);
  headers.set("x-broker-backend", id);
  if (contentEncoding !== null) headers.set("content-encoding", contentEncoding);
  const onEnd = () => {
    abort[Symbol.dispose]();
    if (changesModels.has(path)) context.modelsChanged(id);
  };
  if (answer.progress) {
    const { progress, watch } = answer;
    const body = progressStream(progress, {
      backend: id,
      isPlain: contentEncoding === null,
      clientGone,
      redact: context.redact,
      onWait: () => watch.restart(timeouts.idleMs),
      onHeard: () => watch.rest(),
      onEnd,
    });
    return new Response(body, { status, headers });
  }
  onEnd();
  if (status === 204 || status === 205) return new Response(null, { status, headers });
  if (contentEncoding === null) {
    const text = new TextDecoder().decode(answer.bytes);
    const shown = context.redact(text);
    return new Response(shown === text ? answer.bytes : shown, { status, headers });
  }
  if (status < 400) return new Response(answer.bytes, { status, headers });
  // What cannot be read cannot be searched for secrets.
  return errorResponse("ollama", status, `${id} answered with status ${status}`, {
    headers: { "x-broker-backend": id },
  });
}
