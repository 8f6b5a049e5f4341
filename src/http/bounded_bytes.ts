import { concat } from "@std/bytes/concat";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The first `maxBytes` bytes of a body and whether it had more, which is not read. `patience` wraps each wait for a piece
 * and may reject in its place. Whatever ends it early also ends the body.
 */
export async function boundedBytes(
  body: ReadableStream<Bytes> | null,
  maxBytes: number,
  patience: <T>(pending: Promise<T>) => Promise<T> = (pending) => pending,
): Promise<{ bytes: Bytes; isCut: boolean }> {
  if (!body) return { bytes: new Uint8Array(0), isCut: false };
  const reader = body.getReader();
  const chunks: Bytes[] = [];
  let left = maxBytes;
  try {
    for (;;) {
      const { value } = await patience(reader.read());
      if (!value) return { bytes: concat(chunks), isCut: false };
      chunks.push(value.subarray(0, left));
      left -= value.byteLength;
      if (left < 0) break;
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
  reader.cancel().catch(() => {});
  return { bytes: concat(chunks), isCut: true };
}
