import { concat } from "@std/bytes/concat";

/**
 * The whole body of an answer. Throws `RangeError` when it is larger than `maxBytes`; the connection is closed then.
 * What the body itself throws passes through.
 */
export async function boundedBody(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new RangeError(`Body is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return concat(chunks);
}
