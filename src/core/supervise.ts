import { type Clock, sleep } from "./clock.ts";
import { messageOf } from "./errors.ts";
import type { Log } from "./log.ts";
import type { ReportPart } from "./part_seen.ts";

/**
 * A part of the daemon that runs on its own and may fail without the others.
 *
 * `run` is called again after each failure, never twice at once. It ends soon after `signal` aborts, having let go of
 * all it held; before that it ends with {@linkcode StayDown}, {@linkcode Fatal} or any other error, which means: start
 * me again. Returning without an error means that its work is done for good.
 */
export interface Service {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** Ends a service for good while the others live on: what it needs is not on this machine. */
export class StayDown extends Error {
  override readonly name = "StayDown";
}

/** Ends everything: without this service the program has no use. */
export class Fatal extends Error {
  override readonly name = "Fatal";
}

export interface SuperviseOptions {
  signal: AbortSignal;
  log: Log;
  clock: Clock;
  /** From 0 up to 1, for jitter. */
  random?: () => number;
  /** Told of each start, failure and end, by the service's name. */
  report?: ReportPart;
}

const firstPauseMs = 500;
const longestPauseMs = 60_000;
const healthyAfterMs = 60_000;

/**
 * The pause before a service is started again: doubles with each failure in a row up to a minute, and is then a random
 * half to whole of that, so that services that fell together do not come back in step.
 */
export function restartPauseMs(failures: number, random: number): number {
  const whole = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
  return Math.round(whole * (0.5 + random / 2));
}

/**
 * Runs services until the signal aborts or all of them are down for good. A failed one is started again after a pause,
 * which begins anew once it has run for a minute.
 *
 * Rejects with the first {@linkcode Fatal}, after the others were told to end and did. Leaves no timer or listener.
 */
export async function supervise(services: readonly Service[], options: SuperviseOptions): Promise<void> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(options.signal.reason);
  if (options.signal.aborted) onAbort();
  options.signal.addEventListener("abort", onAbort, { once: true });
  let fatal: Fatal | undefined;
  const end = (error: Fatal) => {
    fatal ??= error;
    stop.abort(error);
  };
  try {
    await Promise.all(services.map((service) => keepRunning(service, { ...options, signal: stop.signal }, end)));
  } finally {
    options.signal.removeEventListener("abort", onAbort);
  }
  if (fatal) throw fatal;
}

async function keepRunning(service: Service, options: SuperviseOptions, end: (error: Fatal) => void): Promise<void> {
  const { signal, log, clock, random = Math.random, report = () => {} } = options;
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = clock.monotonic();
    report(service.name, { state: "running" });
    const error = await runOnce(service, signal);
    if (error === undefined || signal.aborted) report(service.name, { state: "off" });
    else report(service.name, { state: error instanceof StayDown ? "waiting" : "failed", reason: messageOf(error) });
    if (error instanceof Fatal) {
      log.error("A service failed for good; the program ends", { service: service.name, error: error.message });
      return end(error);
    }
    if (signal.aborted || error === undefined) return;
    if (error instanceof StayDown) {
      return log.info("A service stays down", { service: service.name, reason: error.message });
    }
    if (clock.monotonic() - startedAt >= healthyAfterMs) failures = 0;
    const pauseMs = restartPauseMs(++failures, random());
    log.warn("A service failed; it is started again", { service: service.name, error: messageOf(error), pauseMs });
    await sleep(pauseMs, { clock, signal }).catch(() => {});
  }
}

/** What a run ended with; `undefined` when it was done. A service that throws `undefined` has failed all the same. */
async function runOnce(service: Service, signal: AbortSignal): Promise<unknown> {
  try {
    await service.run(signal);
    return undefined;
  } catch (error) {
    return error ?? new Error("it failed without an error");
  }
}
