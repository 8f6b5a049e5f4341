import type { Clock } from "../core/clock.ts";
import { RequestError } from "../core/errors.ts";
import { within } from "../core/within.ts";
import { boundedBytes } from "./bounded_bytes.ts";

/** A body of at most this many bytes is mostly here together with its headers. */
const atOnceBytes = 262_144;

export interface ReadBodyOptions {
  maxBytes: number;
  /** The option of the configuration that sets `maxBytes`, for the error. */
  limitedBy?: string;
  /** How long a body may pause; one of at most 256 KiB must be whole within that. */
  stallMs: number;
  clock: Clock;
}

/**
 * The whole body of a request. Throws {@linkcode RequestError}: 413 when it is, or announces to be, larger than
 * `maxBytes`; 408 when it stalls; 400 when it ended before it was complete.
 */
export async function readBody(
  request: Request,
  { maxBytes, limitedBy, stallMs, clock }: ReadBodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = request.headers.get("content-length");
  if (Number(length) > maxBytes) throw tooLarge(maxBytes, limitedBy);
  const late = () => new RequestError(408, `Nothing came of the request's body for ${stallMs} ms (listen.readStallMs)`);
  const patience = <T>(pending: Promise<T>) => within(stallMs, pending, { clock, late });
  try {
    // HTTP lets no more through than was announced; reading it at once takes a fraction of reading a stream.
    if (length !== null && Number(length) <= atOnceBytes) return await patience(request.bytes());
    const { bytes, isCut } = await boundedBytes(request.body, maxBytes, patience);
    if (!isCut) return bytes;
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "The request ended before its body was complete", { cause: error });
  }
  throw tooLarge(maxBytes, limitedBy);
}

function tooLarge(maxBytes: number, limitedBy: string | undefined): RequestError {
  return new RequestError(413, `The request is larger than ${maxBytes} bytes${limitedBy ? ` (${limitedBy})` : ""}`);
}
