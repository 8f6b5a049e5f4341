import { concat } from "@std/bytes/concat";
import { LinkedAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import { BackendFailure, type ErrorAnswer, type FailurePhase, type FailureReason, messageOf } from "../core/errors.ts";
import { SecretError } from "../state/secrets.ts";
import { abortableReader } from "./abortable_body.ts";
import { connectReason, isPortBlocked } from "./connect_reason.ts";
import { parseRetryAfterMs } from "./retry_after.ts";

export interface TransportRequest {
  method: string;
  url: string;
  headers?: HeadersInit;
  body?: BodyInit;
  signal: AbortSignal;
  /** On a connection of its own, for nothing sends it a second time then. */
  once?: boolean;
}

export interface TransportOptions {
  /** Name of the backend's token; `null`: it needs none. */
  secret: string | null;
  credential: (name: string) => string | undefined;
  clock: Clock;
}

/**
 * The connections to one backend. `fetch` does the work: HTTP/1.1 and HTTP/2, TLS, a pool; the pieces that a broker
 * needs on top are here: no redirects, no compression, and failures with their phase and reason. A connection of the pool
 * that was closed before it gave an answer is replaced, and the request sent once more, by `fetch` itself, also when the
 * server has read it; not so one that is sent `once`.
 */
export class Transport {
  readonly #backend: string;
  #client = newClient();
  readonly #options: TransportOptions;
  /** Keeps no connection. Rarely used, so made on first use. */
  #onceClient: Deno.HttpClient | undefined;

  constructor(backend: string, options: TransportOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /**
   * The backend's answer, whatever its status, as soon as its headers are here. Throws {@linkcode BackendFailure} of
   * phase `connect` or `headers`, or the signal's reason when that was aborted.
   */
  async send({ once = false, ...request }: TransportRequest): Promise<Response> {
    const headers = new Headers(request.headers);
    headers.set("accept-encoding", "identity");
    headers.set("user-agent", "CloudToLocalLLM");
    this.#authorize(headers);
    try {
      return await fetch(request.url, { ...request, headers, redirect: "manual", client: this.#clientFor(once) });
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : this.#connectFailure(error, request.url);
    }
  }

  /** Like {@linkcode send}, but any status other than 2xx is a {@linkcode BackendFailure} that keeps the answer. */
  async sendOk(request: TransportRequest): Promise<Response> {
    const response = await this.send(request);
    if (response.ok) return response;
    throw await this.#statusFailure(response, request);
  }

  /** A failure of this backend. */
  failure(
    message: string,
    options: { phase: FailurePhase; reason: FailureReason; answer?: ErrorAnswer; cause?: unknown },
  ): BackendFailure {
    return new BackendFailure(message, { backend: this.#backend, ...options });
  }

  /** Requests from now on go on new connections. Those under way keep theirs until they have their whole answer. */
  renew(): void {
    const old = this.#client;
    this.#client = newClient();
    old.close();
  }

  close(): void {
    this.#client.close();
    this.#onceClient?.close();
  }

  #clientFor(once: boolean): Deno.HttpClient {
    if (!once) return this.#client;
    return this.#onceClient ??= Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  }

  #authorize(headers: Headers): void {
    const { secret, credential } = this.#options;
    if (secret === null) return;
    const options = { phase: "connect", reason: "no_credential" } as const;
    let value: string | undefined;
    try {
      value = credential(secret);
    } catch (cause) {
      const isLocked = cause instanceof SecretError && cause.code === "locked";
      throw this.failure(messageOf(cause), { ...options, reason: isLocked ? "keyring_locked" : options.reason, cause });
    }
    if (value === undefined) throw this.failure(`The token "${secret}" is not set`, options);
    headers.set("authorization", `Bearer ${value}`);
  }

  #connectFailure(error: unknown, url: string): BackendFailure {
    const reason = connectReason(error);
    const phase = reason === "reset" || reason === "malformed" ? "headers" : "connect";
    const { host } = new URL(url);
    const words: Partial<Record<FailureReason, string>> = {
      connect_refused: `Nothing listens on ${host}`,
      connect_timeout: `${host} did not accept a connection in time`,
      dns: `The name of ${host} cannot be resolved`,
      tls: `No secure connection to ${host} could be made`,
      unreachable: `${host} cannot be reached`,
      reset: `${host} closed the connection without an answer`,
      malformed: `${host} does not answer in HTTP`,
    };
    const message = isPortBlocked(error)
      ? `${host} cannot be reached: the runtime sends no request to this port`
      : words[reason] ?? `Request to ${host} failed`;
    return this.failure(message, { phase, reason, cause: error });
  }

  async #statusFailure(response: Response, request: TransportRequest): Promise<BackendFailure> {
    const { status } = response;
    const { host } = new URL(request.url);
    const answer = await errorAnswer(response, { signal: request.signal, clock: this.#options.clock });
    const isRedirect = status >= 300 && status < 400;
    return new BackendFailure(`${host} answered with status ${status}`, {
      backend: this.#backend,
      phase: "headers",
      reason: isRedirect ? "redirect" : `http_${status}`,
      status,
      retryAfterMs: parseRetryAfterMs(response.headers.get("retry-after"), Date.now()),
      answer: isRedirect ? undefined : answer,
    });
  }
}

function newClient(): Deno.HttpClient {
  return Deno.createHttpClient({ poolMaxIdlePerHost: 32, poolIdleTimeout: 60_000 });
}

const maxErrorBytes = 65_536;

/** The status says what is done next; the words are not worth a longer wait. */
const errorBodyMs = 1_000;

/** The body of an error answer, cut at 64 KiB and after a second; what breaks while it is read is left out. */
async function errorAnswer(response: Response, options: { signal: AbortSignal; clock: Clock }): Promise<ErrorAnswer> {
  const { signal, clock } = options;
  using limit = new LinkedAbort(signal).abortAfter(errorBodyMs, { clock, reason: () => new Error("Too slow") });
  const body = response.body ? await beginning(response.body, limit.signal) : new Uint8Array(0);
  signal.throwIfAborted();
  return { status: response.status, contentType: response.headers.get("content-type") ?? "text/plain", body };
}

/** What comes of a body before it is too long, breaks or is aborted; the rest is given up. */
async function beginning(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = abortableReader(body, signal);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      size += next.value.byteLength;
      if (size >= maxErrorBytes) break;
    }
  } catch {
    // What came before it broke is all there is to tell.
  }
  reader.cancel().catch(() => {});
  return concat(chunks).slice(0, maxErrorBytes);
}
