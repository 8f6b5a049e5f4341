import { concat } from "@std/bytes/concat";

/**
 * The whole body of an answer. Throws `RangeError` when it is larger than `maxBytes`; the connection is closed then.
 * What the body itself throws passes through.
 */
export async function boundedBody(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  // HTTP lets no more through than was announced; reading it at once takes a fraction of reading a stream.
  const announced = Number(response.headers.get("content-length") ?? Infinity);
  if (announced <= maxBytes && !response.headers.has("content-encoding")) return await response.bytes();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new RangeError(`Body is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return concat(chunks);
}
