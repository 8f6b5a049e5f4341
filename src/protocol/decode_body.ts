import { messageOf, RequestError } from "../core/errors.ts";

type Decoder = (body: Uint8Array<ArrayBuffer>, maxBytes: number) => Promise<Uint8Array<ArrayBuffer>>;

const decoders: Record<string, Decoder> = {
  gzip: (body, maxBytes) => inflate(body, "gzip", maxBytes),
  "x-gzip": (body, maxBytes) => inflate(body, "gzip", maxBytes),
  deflate: (body, maxBytes) => inflate(body, "deflate", maxBytes),
  zstd: unzstd,
};

/** How many encodings one body may have; one is what programs send. */
const maxEncodings = 3;
/** A small body may grow to this size. */
const smallGrowthBytes = 16 * 1024 * 1024;
/** A larger one may grow to this many times the size in which it came: texts shrink to a fifth, bombs to a thousandth. */
const maxGrowth = 16;

/**
 * A request's body without its `Content-Encoding` (RFC 9110, section 8.4): gzip, deflate, zstd, or up to three in the
 * order they were applied. Stops at `maxBytes`, and at 16 MiB or 16 times its size, whichever is more: a small body
 * cannot become a large one. Throws `RequestError`: 413 too large, 415 unknown encoding or too many, 400 corrupt.
 */
export async function decodeBody(
  body: Uint8Array<ArrayBuffer>,
  contentEncoding: string | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const names = (contentEncoding ?? "").toLowerCase().split(",").map((name) => name.trim());
  const encodings = names.filter((name) => name !== "" && name !== "identity");
  if (encodings.length > maxEncodings) {
    throw new RequestError(415, `Cannot read the request: it has more than ${maxEncodings} Content-Encodings`);
  }
  const limit = Math.min(maxBytes, Math.max(smallGrowthBytes, maxGrowth * body.length));
  for (const encoding of encodings.reverse()) {
    if (!Object.hasOwn(decoders, encoding)) {
      throw new RequestError(415, `Cannot read the request: unknown Content-Encoding ${encoding}`);
    }
    try {
      body = await decoders[encoding](body, limit);
    } catch (cause) {
      if (cause instanceof RequestError) throw cause;
      throw new RequestError(400, `Cannot read the request: its body is not ${encoding}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
  return body;
}

function tooLarge(maxBytes: number): RequestError {
  return new RequestError(413, `Cannot read the request: its body has more than ${maxBytes} bytes when decoded`);
}

async function inflate(
  body: Uint8Array<ArrayBuffer>,
  format: "gzip" | "deflate",
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return await collect(new Blob([body]).stream().pipeThrough(new DecompressionStream(format)), maxBytes);
}

async function collect(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by throwing cancels the stream.
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The platform's DecompressionStream has no zstd; `node:zlib` is loaded on first use, for it costs memory. */
async function unzstd(body: Uint8Array<ArrayBuffer>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { createZstdDecompress } = await import("node:zlib");
  const stream = createZstdDecompress();
  stream.end(body);
  return await collect(stream, maxBytes);
}
