import { concat } from "@std/bytes/concat";
import { RequestError } from "../core/errors.ts";

/**
 * The whole body of a request. Throws {@linkcode RequestError}: 413 when it is, or announces to be, larger than
 * `maxBytes`; 400 when it ended before it was complete.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    // HTTP lets no more through than was announced; reading it at once takes a fraction of reading a stream.
    if (request.headers.has("content-length")) return await request.bytes();
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "The request ended before its body was complete", { cause: error });
  }
  return concat(chunks);
}

function tooLarge(maxBytes: number): RequestError {
  return new RequestError(413, `The request is larger than ${maxBytes} bytes (listen.maxBodyBytes)`);
}
