import { LinkedAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import { BackendFailure } from "../core/errors.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { Answer, Backend } from "./backend.ts";

/** Patience with the first byte, in ms. */
export interface Patience {
  suspectAfterMs: number;
  firstByteMs: number;
}

const defaultFirstByteMs = { local: 300_000, cloud: 60_000 } as const;
/** One for all: an error takes its stack, and every request would pay for that. */
const attemptOver = new Error("The attempt is over");
/** Between two questions after a late backend's health; doubles up to this. */
const longestSuspicionMs = 15_000;

/** How long a backend may take to its first byte. A whole answer has its first byte when it is complete. */
export function firstByteMs(backend: Backend, request: ModelRequest, budgetLeftMs: number): number {
  const { timeouts, location } = backend.config;
  const own = request.stream ? timeouts.firstByteMs ?? defaultFirstByteMs[location] : timeouts.answerMs;
  return Math.min(own, budgetLeftMs);
}

/**
 * One attempt: sends, and watches the wait for the first byte. Past `suspectAfterMs` the backend's health is asked in
 * parallel, again and again with growing pauses: alive means it is loading a model and the wait goes on, dead means
 * failure at once. Whatever happens, no timer is left; the upstream request is over when this rejects.
 *
 * After the answer is returned, `abort` still ends its stream.
 */
export async function attempt(
  backend: Backend,
  request: ModelRequest,
  options: { model: string; abort: LinkedAbort; patience: Patience; clock: Clock },
): Promise<Answer> {
  const { model, abort, patience, clock } = options;
  const fail = (reason: "first_byte_timeout" | "unresponsive", message: string, cause?: unknown) =>
    abort.abort(new BackendFailure(message, { backend: backend.config.id, phase: "first_byte", reason, cause }));
  const watch = new AbortController();
  const cancelLimit = clock.after(
    patience.firstByteMs,
    () => fail("first_byte_timeout", `No first byte from ${backend.config.id} within ${patience.firstByteMs} ms`),
  );
  const cancelSuspicion = suspect(backend, {
    afterMs: patience.suspectAfterMs,
    clock,
    // What ends the attempt ends a question about it at the same moment.
    ends: [watch.signal, abort.signal],
    onDead: (error) => fail("unresponsive", `No first byte from ${backend.config.id}, and no sign of health`, error),
  });
  try {
    return await backend.send(request, { signal: abort.signal, model });
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    cancelLimit();
    cancelSuspicion();
    watch.abort(attemptOver);
  }
}

/**
 * Asks a silent backend for a sign of life after `afterMs`, again and again with growing pauses; `onDead` is called when
 * none came. The returned function ends it, together with the abort of one of `ends`, which ends a question on its way.
 */
export function suspect(
  backend: Backend,
  options: { afterMs: number; clock: Clock; ends: readonly AbortSignal[]; onDead: (error: unknown) => void },
): () => void {
  const { clock, ends, onDead } = options;
  let cancel = () => {};
  const arm = (ms: number) => {
    cancel = clock.after(ms, async () => {
      const error = await pingError(backend, clock, ends);
      if (ends.some(({ aborted }) => aborted)) return;
      if (error) onDead(error);
      else arm(Math.min(longestSuspicionMs, ms * 2));
    });
  };
  arm(options.afterMs);
  return () => cancel();
}

/** Why the backend seems dead; `undefined` when it answered, be it with an error of its own. */
async function pingError(backend: Backend, clock: Clock, ends: readonly AbortSignal[]): Promise<unknown> {
  const { probeMs } = backend.config.timeouts;
  const reason = () => new Error(`No answer within ${probeMs} ms`);
  using limit = new LinkedAbort(...ends).abortAfter(probeMs, { clock, reason });
  try {
    await backend.ping(limit.signal);
    return undefined;
  } catch (error) {
    return error instanceof BackendFailure && error.status !== undefined ? undefined : error;
  }
}
