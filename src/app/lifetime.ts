import type { Clock } from "../core/clock.ts";
import { RequestError } from "../core/errors.ts";
import { ShutdownGrace } from "../http/shutdown_grace.ts";

/** The two steps of stopping: no new requests, then an end to those that still run. */
export function createLifetime(clock: Clock) {
  const stopping = new AbortController();
  const stopped = new AbortController();
  const endAnswers = () => stopped.abort(new RequestError(503, "The broker is shutting down"));
  return { stopping, stopped, grace: new ShutdownGrace(clock, endAnswers) };
}

export type Lifetime = ReturnType<typeof createLifetime>;
