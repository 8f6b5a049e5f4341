import { concat } from "@std/bytes/concat";
import { abortableReader, unlessAborted } from "./abortable_body.ts";

/** A body of at most this many bytes is mostly here together with its headers. */
const atOnceBytes = 262_144;

/**
 * The whole body of an answer. Throws `RangeError` when it is larger than `maxBytes`; the connection is closed then. An
 * aborted signal makes it throw the signal's reason. What the body itself throws passes through.
 */
export async function boundedBody(
  response: Response,
  options: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, signal } = options;
  // HTTP lets no more through than was announced; reading it at once takes a fraction of reading a stream.
  const announced = Number(response.headers.get("content-length") ?? Infinity);
  if (announced <= Math.min(maxBytes, atOnceBytes) && !response.headers.has("content-encoding")) {
    return await unlessAborted(response.bytes(), signal);
  }
  if (!response.body) return new Uint8Array(0);
  return await readAll(abortableReader(response.body, signal), options);
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw new RangeError(`Body is larger than ${maxBytes} bytes`);
    }
    chunks.push(next.value);
  }
  signal.throwIfAborted();
  return concat(chunks);
}
