import { type Attempt, ModelNotFound, NoBackend, Refused, type RefusedOptions } from "./errors.ts";
import { wordsOf } from "./words_of.ts";
import { boundedText, errorOf, parseObject } from "./read_body.ts";

const maxBytes = 1_048_576;

/** What is asked: it decides what a status means. */
export interface Asked {
  api: "control" | "model";
  /** The backend that was named, and what is one by itself: a pull goes to one Ollama. */
  isBound?: boolean;
}

/** The statuses by which the daemon says that no backend could answer (docs/API.md). */
const noBackend = new Set([429, 502, 503, 504]);

/** Why the daemon refuses, by its answer. Reads the body. */
export async function refusalOf(response: Response, { api, isBound = false }: Asked): Promise<Refused> {
  const { status, headers } = response;
  const text = await boundedText(response, maxBytes).catch((error) => wordsOf(error));
  const error = errorOf(parseObject(text));
  const options: RefusedOptions = {
    status,
    code: headers.get("x-broker-code") ?? error?.code,
    backend: headers.get("x-broker-backend") ?? undefined,
    attempts: parseAttempts(headers.get("x-broker-attempts")),
    retryAfterMs: retryAfterMs(headers.get("retry-after")),
  };
  const message = error?.words ?? `The daemon answered with HTTP ${status}`;
  if (api === "control") return new Refused(message, options);
  if (noBackend.has(status)) return new NoBackend(message, options);
  if (status === 404) {
    // Nobody was asked: it is the backend that is not there.
    const isBackend = isBound && options.attempts?.length === 0;
    return isBackend ? new NoBackend(message, options) : new ModelNotFound(message, options);
  }
  return new Refused(message, options);
}

/** The header `x-broker-attempts`, such as `local:connect_refused, cloud:ok`. */
export function parseAttempts(header: string | null): Attempt[] {
  return (header ?? "").split(",").flatMap((entry) => {
    const [backend, ...outcome] = entry.trim().split(":");
    return outcome.length === 0 ? [] : [{ backend, outcome: outcome.join(":") }];
  });
}

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : undefined;
}
