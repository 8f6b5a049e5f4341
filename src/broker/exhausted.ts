import { BackendFailure, type ErrorAnswer } from "../core/errors.ts";
import type { Attempt } from "../core/types.ts";
import { errorWords } from "../protocol/error_words.ts";
import { type KeptOut, keptOutNote } from "./kept_out.ts";

/** What the client is told when no backend answered. */
export class Exhausted extends Error {
  override readonly name = "Exhausted";
  readonly status: number;
  readonly attempts: readonly Attempt[];
  /** OpenAI's `error.code`, where one fits. */
  readonly code?: string;
  readonly retryAfterMs?: number;
  /** A backend's own answer that goes to the client as it is, when both speak the same dialect. */
  readonly answer?: ErrorAnswer & { backend: string };

  constructor(
    message: string,
    options: ErrorOptions & {
      status: number;
      attempts: readonly Attempt[];
      code?: string;
      retryAfterMs?: number;
      answer?: ErrorAnswer & { backend: string };
    },
  ) {
    super(message, options);
    this.status = options.status;
    this.attempts = options.attempts;
    this.code = options.code;
    this.retryAfterMs = options.retryAfterMs;
    this.answer = options.answer;
  }
}

/** The failure that stopped the search: the client's own fault, told in the backend's words. */
export function stoppedBy(failure: BackendFailure, attempts: readonly Attempt[]): Exhausted {
  const status = failure.status ?? statusOfFailure(failure);
  const answer = failure.answer && { ...failure.answer, backend: failure.backend };
  return new Exhausted(wordsOf(failure), { status, attempts, answer, cause: failure });
}

/** What the client is told where a rule or the cap keeps out the only ones that have the model. */
export function keptFrom(
  { status, code, because, advice }: KeptOut,
  { attempts, model }: { attempts: readonly Attempt[]; model: string },
): Exhausted {
  const message = `No local backend has model "${model}", and ${because}; pull the model, or ${advice}`;
  return new Exhausted(message, { status, code, attempts });
}

/** The mode or a rule forbade a backend before its answer had begun, and the request may not be sent to another. */
export function forbidden(
  backend: string,
  { attempts, because, status = 503, code }: {
    attempts: readonly Attempt[];
    because: string;
    status?: number;
    code?: string;
  },
): Exhausted {
  const message = `The request to "${backend}" was ended, for ${because}; such a request is not sent a second time`;
  return new Exhausted(message, { status, code, attempts });
}

/**
 * Sums up the failures of all attempts. A 400 or 404 of a backend is the most useful to the client and goes out as it
 * is. Else the message names each backend with its reason, and the status is the one on which all agree: 429 when all
 * limit, 504 when all took too long, 503 when all were busy or overloaded; 502 when they differ. Never the 401 of a
 * backend: the client would take its own key to be wrong. `note`: why others were not asked, to be told at the end.
 * `keptOut`: the same by a rule or the cap; it also takes the place of a 404, where who was kept out has the model, and
 * of a 502, for another one could answer.
 */
export function exhaustedBy(
  failures: readonly BackendFailure[],
  options: { attempts: readonly Attempt[]; model: string; note?: string; keptOut?: KeptOut },
): Exhausted {
  const { attempts, model, keptOut, note = keptOut && keptOutNote(keptOut) } = options;
  const own = failures.find((failure) => failure.status === 400 || failure.status === 404);
  if (own?.status === 404 && keptOut?.hasModel) return keptFrom(keptOut, { attempts, model });
  if (own) return stoppedBy(own, attempts);
  const distinct = [...new Map(failures.map((failure) => [failure.backend, failure])).values()];
  const list = distinct.map((failure) => `${failure.backend}: ${wordsOf(failure)}`);
  const said = [...list, ...(note === undefined ? [] : [note])].join("; ");
  const waits = failures.flatMap((failure) => failure.retryAfterMs ?? []);
  const statuses = new Set(distinct.map((failure) => failure.status === 429 ? 429 : statusOfFailure(failure)));
  const agreed = statuses.size === 1 ? [...statuses][0] : 502;
  const status = keptOut && agreed === 502 ? 503 : agreed;
  return new Exhausted(`No backend could answer for model "${model}": ${said}`, {
    status,
    attempts,
    retryAfterMs: waits.length > 0 ? Math.min(...waits) : undefined,
    cause: failures[0],
  });
}

/** The status of a gateway that fits a failure which has none of its own to pass on. */
export function statusOfFailure(failure: BackendFailure): number {
  if (failure.reason === "first_byte_timeout" || failure.reason === "unresponsive") return 504;
  if (failure.status === 503 || failure.reason === "busy" || failure.reason === "ejected") return 503;
  return 502;
}

function wordsOf(failure: BackendFailure): string {
  const words = failure.answer && errorWords(failure.answer.body);
  return words
    ? (failure.status === 400 || failure.status === 404 ? words : `${failure.message}: ${words}`)
    : failure.message;
}
