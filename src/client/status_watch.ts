import { ClientError, DaemonLost, DaemonNotRunning, Refused, TimedOut, UnexpectedAnswer } from "./errors.ts";
import { wordsOf } from "./words_of.ts";
import type { DaemonLink } from "./daemon_link.ts";
import { readLines } from "./lines.ts";
import type { CallOptions } from "./options.ts";
import { parseObject } from "./read_body.ts";
import { refusalOf } from "./refusal.ts";
import type { Status, StatusUpdate } from "./status.ts";
import { anyOf, pause } from "./timers.ts";

const maxEventBytes = 16 * 1024 * 1024;

/**
 * The status now and after each change, for as long as it is read. A daemon that goes away is told once, and looked for
 * until it is back. Throws the signal's reason, and what does not heal by itself: no token, a refusal.
 */
export async function* watchStatus(link: DaemonLink, { signal }: CallOptions): AsyncGenerator<StatusUpdate> {
  const own = new AbortController();
  const ends = anyOf([own.signal, link.signal, signal]);
  let isTold = false;
  try {
    for (let failures = 0, isFirst = true;; failures++, isFirst = false) {
      let reason: ClientError;
      try {
        // One that the user has stopped since is not started again.
        for await (const status of statuses(link, { signal: ends, isPatient: isFirst })) {
          failures = 0;
          isTold = false;
          yield { connected: true, status };
        }
        reason = new DaemonLost("The daemon has ended");
      } catch (error) {
        ends.throwIfAborted();
        reason = heals(error);
      }
      if (!isTold) yield { connected: false, reason };
      isTold = true;
      await pause(link.backoffMs(failures), { timers: link.timers, signal: ends });
    }
  } finally {
    own.abort();
  }
}

/** The statuses of one connection. */
async function* statuses(
  link: DaemonLink,
  { signal, isPatient }: { signal: AbortSignal; isPatient: boolean },
): AsyncGenerator<Status> {
  const exchange = await link.request("/control/v1/events", { api: "control", isRepeatable: true, signal, isPatient });
  const { response, place } = exchange;
  try {
    if (!response.ok) throw await refusalOf(response, { api: "control" });
    for await (const line of readLines(response.body!, { maxBytes: maxEventBytes, signal })) {
      // The daemon sends nothing but whole reports, one line each.
      if (!line.startsWith("data:")) continue;
      const status = parseObject(line.slice("data:".length));
      if (!status) throw new UnexpectedAnswer(`The daemon at ${place.url} sent an event that is no status`);
      yield status as unknown as Status;
    }
    link.forget(place);
  } catch (error) {
    signal.throwIfAborted();
    link.forget(place);
    if (error instanceof ClientError) throw error;
    throw new DaemonLost(`The daemon at ${place.url} was lost: ${wordsOf(error)}`, { cause: error });
  } finally {
    exchange.end();
  }
}

/** What may be over soon; anything else is thrown. */
function heals(error: unknown): ClientError {
  const isWaitedFor = [DaemonLost, DaemonNotRunning, TimedOut, UnexpectedAnswer].some((type) => error instanceof type);
  // A daemon that is stopping says 503.
  const isItsTrouble = error instanceof Refused && error.status >= 500;
  if (isWaitedFor || isItsTrouble) return error as ClientError;
  throw error;
}
