import type { LinkedAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import { BackendFailure, type FailureReason } from "../core/errors.ts";
import type { Backend } from "../broker/backend.ts";
import { boundedBytes } from "./bounded_bytes.ts";
import { SilenceWatch } from "./silence_watch.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface BoundRequest {
  method: string;
  path: string;
  headers: Headers;
  body: ReadableStream<Bytes> | Bytes | null;
}

/** What a backend answered: progress that goes on, or all of it. */
export type BoundAnswer =
  & { status: number; contentType: string | null; contentEncoding: string | null }
  & ({ progress: ReadableStream<Bytes>; watch: SilenceWatch } | { progress?: undefined; bytes: Bytes });

export interface BoundOptions {
  /** Ends the request at any time, with its reason; stays in use while progress goes on. */
  abort: LinkedAbort;
  clock: Clock;
  suspectAfterMs: number;
}

const maxAnswerBytes = 1_048_576;
const maxErrorBytes = 65_536;

/** These tell nothing before they are done when asked without a stream, and may work for hours. */
const takesLong = new Set(["/api/pull", "/api/push", "/api/create"]);

/**
 * Sends a request that changes one backend, once. The backend's health is asked whenever it is silent for long; after
 * the upload an answer must come within `answerMs`, except from what may take hours.
 *
 * Throws {@linkcode BackendFailure}, or the reason of `abort`. The watch that progress comes with rests.
 */
export async function exchangeBound(
  backend: Backend,
  request: BoundRequest,
  { abort, clock, suspectAfterMs }: BoundOptions,
): Promise<BoundAnswer> {
  const { idleMs, answerMs } = backend.config.timeouts;
  const { id } = backend.config;
  const onDead = (cause: unknown) =>
    abort.abort(failure(backend, "unresponsive", `${id} gives no sign of life`, cause));
  const watch = new SilenceWatch(backend, { clock, signal: abort.signal, onDead });
  let cancelLimit = () => {};
  const onUploaded = () => {
    watch.restart(suspectAfterMs);
    if (takesLong.has(request.path)) return;
    const onLate = () =>
      abort.abort(failure(backend, "first_byte_timeout", `No answer from ${id} within ${answerMs} ms`));
    cancelLimit = clock.after(answerMs, onLate);
  };
  try {
    const body = request.body instanceof ReadableStream
      ? request.body.pipeThrough(observed({ onChunk: () => watch.restart(idleMs), onEnd: onUploaded }))
      : request.body ?? undefined;
    if (!(body instanceof ReadableStream)) onUploaded();
    const response = await backend.forward({ ...request, body, signal: abort.signal });
    const { status, headers } = response;
    const head = {
      status,
      contentType: headers.get("content-type"),
      contentEncoding: headers.get("content-encoding"),
    };
    if (status >= 300 && status < 400) {
      response.body?.cancel().catch(() => {});
      throw failure(backend, "redirect", `${id} sends clients elsewhere (status ${status}), which is not followed`);
    }
    const isProgress = response.ok && head.contentType?.startsWith("application/x-ndjson");
    if (response.body && isProgress) return { ...head, progress: response.body, watch };
    return { ...head, bytes: await wholeBody(backend, response) };
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    cancelLimit();
    watch.rest();
  }
}

/** A short answer, or the beginning of an error. */
async function wholeBody(backend: Backend, response: Response): Promise<Bytes> {
  const { bytes, isCut } = await boundedBytes(response.body, response.ok ? maxAnswerBytes : maxErrorBytes);
  if (!isCut || !response.ok) return bytes;
  throw failure(backend, "too_large", `${backend.config.id} sent more than ${maxAnswerBytes} bytes for an answer`);
}

function observed({ onChunk, onEnd }: { onChunk: () => void; onEnd: () => void }): TransformStream<Bytes, Bytes> {
  return new TransformStream({
    transform(chunk, controller) {
      onChunk();
      controller.enqueue(chunk);
    },
    flush: onEnd,
  });
}

function failure(backend: Backend, reason: FailureReason, message: string, cause?: unknown): BackendFailure {
  return new BackendFailure(message, { backend: backend.config.id, phase: "headers", reason, cause });
}
