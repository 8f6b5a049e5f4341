import { type Attempt, ModelNotFound, NoBackend, Refused, type RefusedOptions } from "./errors.ts";
import { wordsOf } from "./words_of.ts";
import { boundedText, errorOf, parseObject } from "./read_body.ts";

const maxBytes = 1_048_576;

/** What is asked: it decides what a status means. */
export type Asked = "control" | "model" | "pull";

/** The statuses by which the daemon says that no backend could answer (docs/API.md). */
const noBackend = new Set([429, 502, 503, 504]);

/** Why the daemon refuses, by its answer. Reads the body. */
export async function refusalOf(response: Response, asked: Asked): Promise<Refused> {
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
  if (asked !== "control" && noBackend.has(status)) return new NoBackend(message, options);
  if (asked === "model" && status === 404) return new ModelNotFound(message, options);
  // Of a pull: the backend that was named cannot be used.
  if (asked === "pull" && status === 404) return new NoBackend(message, options);
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
