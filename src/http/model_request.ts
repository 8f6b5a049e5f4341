import { LinkedAbort } from "../core/abort.ts";
import { type BackendFailure, RequestError } from "../core/errors.ts";
import type { Attempt, Dialect, Location, Usage } from "../core/types.ts";
import { modelAt } from "../broker/model_at.ts";
import { Exhausted } from "../broker/exhausted.ts";
import type { Committed } from "../broker/failover.ts";
import { answersFrom, mayBeSent } from "../broker/candidates.ts";
import { stayRule } from "../broker/stay_rule.ts";
import { attemptsHeader, type RequestRecord } from "../broker/request_record.ts";
import type { BackendConfig } from "../config/schema.ts";
import { answerTokens, questionTokens } from "../protocol/estimate_tokens.ts";
import { decodeBody } from "../protocol/decode_body.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { BackendState } from "../state/app_state.ts";
import { routability } from "../state/routability.ts";
import { appName } from "./app_name.ts";
import { backendsWithout } from "./backends_without.ts";
import type { HttpContext } from "./context.ts";
import { clientGoneResponse, errorResponse, thrownResponse } from "./error_response.ts";
import { passedHeaders } from "./passed_headers.ts";
import { readBody } from "./read_body.ts";
import { relay } from "./relay.ts";

/** Reads a model request of one dialect. Throws `RequestError`. */
export type ParseRequest = (path: string, body: Uint8Array<ArrayBuffer>) => ModelRequest;

/** One model request from its first to its last byte. */
interface Handling {
  id: string;
  app: string;
  dialect: Dialect;
  startedAt: number;
  since: number;
  attempts: Attempt[];
  model?: ModelRequest;
  abort: LinkedAbort;
}

/**
 * Answers a model request: reads it, lets {@linkcode Failover} find a backend, and relays the answer. Its outcome is
 * recorded exactly once, whatever happens.
 */
export async function answerModelRequest(
  context: HttpContext,
  request: Request,
  options: { dialect: Dialect; parse: ParseRequest },
): Promise<Response> {
  const { clock, stopped } = context;
  const handling: Handling = {
    id: crypto.randomUUID(),
    app: appName(request.headers.get("user-agent")),
    dialect: options.dialect,
    startedAt: clock.now(),
    since: clock.monotonic(),
    attempts: [],
    abort: new LinkedAbort(request.signal, stopped),
  };
  begin(context, handling);
  try {
    handling.model = await readModelRequest(context, request, options.parse);
    context.running.change(handling.id, { model: handling.model.model });
    const asked = {
      pinned: request.headers.get("x-broker-backend") ?? undefined,
      without: backendsWithout(request.headers, context.store.state.backends),
      app: appName(request.headers.get("user-agent")),
    };
    const response = answerControlAlone(context, handling.model, asked);
    if (response) return finish(context, handling, response, { outcome: "ok" });
    const { abort: { signal }, attempts } = handling;
    const onTry = (backend: string) => context.running.change(handling.id, { backend });
    const committed = await context.failover.answer(handling.model, { ...asked, signal, attempts, onTry });
    return answered(context, handling, committed, request.signal);
  } catch (error) {
    return refused(context, handling, error, request.signal);
  }
}

async function readModelRequest(context: HttpContext, request: Request, parse: ParseRequest): Promise<ModelRequest> {
  if (context.stopping.aborted) throw new RequestError(503, "The broker is shutting down");
  const { maxBodyBytes, readStallMs } = context.config().listen;
  const limits = { maxBytes: maxBodyBytes, limitedBy: "listen.maxBodyBytes", stallMs: readStallMs };
  const raw = await readBody(request, { ...limits, clock: context.clock });
  const body = await decodeBody(raw, request.headers.get("content-encoding"), maxBodyBytes);
  return parse(new URL(request.url).pathname, body);
}

/**
 * A request to load or unload a model goes to a local Ollama only. Where the model is served by others there is nothing
 * to load: the answer is what Ollama says when it has done so, for `ollama run` asks this before it chats.
 */
function answerControlAlone(
  context: HttpContext,
  model: ModelRequest,
  { without, app }: { without: readonly string[]; app: string },
): Response | undefined {
  if (model.class !== "control") return undefined;
  const { backends, mode, privacy } = context.store.state;
  const options = { mode, now: context.clock.monotonic() };
  const mustStay = stayRule({ model: model.model, app }, backends, privacy) !== undefined;
  const routable = backends.filter((backend) =>
    routability(backend, options).routable && !without.includes(backend.config.id)
  );
  const having = routable.filter((backend) => {
    const there = modelAt(backend, model.model);
    return there.has !== "absent" && mayBeSent(backend, there.model, { mode, mustStay });
  });
  const isLoader = ({ config }: BackendState) => config.location === "local" && config.kind === "ollama";
  if (having.length === 0 || having.some(isLoader)) return undefined;
  const isUnload = model.json.keep_alive === 0 || model.json.keep_alive === "0";
  const content = model.operation === "chat" ? { message: { role: "assistant", content: "" } } : { response: "" };
  return Response.json({
    model: model.model,
    created_at: new Date(context.clock.now()).toISOString(),
    ...content,
    done: true,
    done_reason: isUnload ? "unload" : "load",
  });
}

function answered(context: HttpContext, handling: Handling, committed: Committed, clientGone: AbortSignal): Response {
  const { answer, backend } = committed;
  const headers = new Headers({ "content-type": answer.contentType, "x-broker-backend": backend.config.id });
  if (!answer.rest) {
    committed.release();
    const response = new Response(answer.first, { status: answer.status, headers });
    const answerBytes = handling.model?.operation === "embed" ? 0 : answer.first.byteLength;
    return finish(context, handling, response, {
      outcome: "ok",
      backend: backend.config,
      usage: answer.usage,
      estimatedTokens: () => answerTokens(answerBytes),
    });
  }
  context.running.change(handling.id, { phase: "streaming" });
  headers.set("cache-control", "no-cache");
  const firstByteMs = context.clock.monotonic() - handling.since;
  const { rest } = answer;
  const body = relay(answer.first, rest, {
    dialect: handling.dialect,
    clientGone,
    stopped: context.stopped,
    clock: context.clock,
    // Where there is no limit, a slow client keeps nobody from the backend.
    writeStallMs: backend.config.maxConcurrent === 0 ? null : context.config().listen.writeStallMs,
    redact: context.redact,
    onEnd({ outcome, usage, failure }) {
      if (outcome === "ok") committed.completed();
      if (failure && outcome === "incomplete") committed.broke(failure);
      committed.release();
      done(context, handling, {
        outcome,
        usage,
        estimatedTokens: () => rest.estimatedTokens?.() ?? 0,
        failure,
        backend: backend.config,
        status: answer.status,
        firstByteMs,
      });
    },
  });
  return withHeaders(handling, new Response(body, { status: answer.status, headers }));
}

function refused(context: HttpContext, handling: Handling, error: unknown, clientGone: AbortSignal): Response {
  if (clientGone.aborted) {
    return finish(context, handling, clientGoneResponse(), { outcome: "cancelled" });
  }
  const response = error instanceof Exhausted
    ? exhaustedResponse(context, handling, error)
    : thrownResponse(error, handling.dialect, context.log);
  const outcome = isClientsFault(error) ? "rejected" : "failed";
  return finish(context, handling, response, { outcome });
}

function isClientsFault(error: unknown): boolean {
  return (error instanceof RequestError || error instanceof Exhausted) && error.status < 500 && error.status !== 429;
}

/** A backend's own words go to clients of its dialect unchanged; all else is said in ours. */
function exhaustedResponse(context: HttpContext, handling: Handling, error: Exhausted): Response {
  const { answer, status, retryAfterMs, code } = error;
  const kind = answer && context.backends(answer.backend)?.config.kind;
  const isSameDialect = kind !== undefined && (kind === "openai") === (handling.dialect === "openai");
  const response = answer && isSameDialect
    ? new Response(context.redact(new TextDecoder().decode(answer.body)), {
      status,
      headers: passedHeaders(answer.contentType),
    })
    : errorResponse(handling.dialect, status, context.redact(error.message), { retryAfterMs, code });
  // openai-node tries 408, 409, 429 and 5xx again by itself; every backend was asked already.
  if (handling.dialect === "openai") response.headers.set("x-should-retry", "false");
  return response;
}

interface End {
  outcome: RequestRecord["outcome"];
  backend?: Readonly<BackendConfig>;
  usage?: Usage;
  /** A guess at the tokens of the answer. */
  estimatedTokens?: () => number;
  failure?: BackendFailure;
}

/** A response that is whole: its request ends with it. */
function finish(context: HttpContext, handling: Handling, response: Response, end: End): Response {
  const firstByteMs = end.outcome === "ok" ? context.clock.monotonic() - handling.since : undefined;
  done(context, handling, { ...end, status: response.status, firstByteMs });
  return withHeaders(handling, response);
}

function withHeaders(handling: Handling, response: Response): Response {
  response.headers.set("x-request-id", handling.id);
  if (handling.attempts.length > 0) response.headers.set("x-broker-attempts", attemptsHeader(handling.attempts));
  return response;
}

function begin(context: HttpContext, handling: Handling): void {
  const { id, app, dialect, startedAt, attempts } = handling;
  context.running.begin({ id, app, dialect, startedAt, attempts, model: "", backend: null, phase: "waiting" });
  count(context, 1);
}

function done(
  context: HttpContext,
  handling: Handling,
  end: End & { status: number; firstByteMs: number | undefined },
): void {
  handling.abort[Symbol.dispose]();
  const { id, app, dialect, startedAt, attempts, model } = handling;
  context.running.end(id);
  count(context, -1);
  context.record({
    id,
    app,
    dialect,
    startedAt,
    attempts,
    operation: model?.operation ?? "unknown",
    model: model?.model ?? "",
    stream: model?.stream ?? false,
    durationMs: context.clock.monotonic() - handling.since,
    firstByteMs: end.firstByteMs,
    backend: end.backend?.id,
    location: end.backend && locationOf(context, end.backend, model?.model ?? ""),
    outcome: end.outcome,
    status: end.status,
    reason: end.failure?.reason,
    usage: end.usage ?? {},
    ...estimateOf(handling, end),
  });
}

function locationOf(context: HttpContext, backend: Readonly<BackendConfig>, model: string): Location {
  const seen = context.store.state.backends.find(({ config }) => config.id === backend.id);
  // It may have gone from the configuration while it answered.
  return seen ? answersFrom(seen, model) : backend.location;
}

/** Guesses only what must be: a cloud got the request and told no counts, or the request was called back. */
function estimateOf({ attempts, model }: Handling, { usage = {}, estimatedTokens }: End): { estimated?: Usage } {
  const inCloud = attempts.filter((attempt) => attempt.inCloud && attempt.outcome !== "failed");
  if (!model || inCloud.length === 0) return {};
  const isWhole = usage.inputTokens !== undefined && usage.outputTokens !== undefined;
  if (isWhole && inCloud.every(({ outcome }) => outcome === "committed")) return {};
  const inputTokens = questionTokens(model.body, model.json);
  return { estimated: { inputTokens, outputTokens: estimatedTokens?.() ?? 0 } };
}

function count(context: HttpContext, change: 1 | -1): void {
  context.store.update((state) => ({ ...state, inFlight: state.inFlight + change }));
}
