const newline = 0x0a;

/**
 * The lines of a body, without their ends (LF or CRLF), as they arrive; a last one without its newline too. Bytes are
 * put together before they are decoded, so no character is torn. Throws `RangeError` for a line above `maxBytes`.
 *
 * Whoever leaves early cancels the body; `signal` does too, and is thrown with its reason.
 */
export async function* readLines(
  body: ReadableStream<Uint8Array>,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal },
): AsyncGenerator<string> {
  const reader = body.getReader();
  // A read that waits ends with it, also where the body does not know the signal.
  const cancel = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder();
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  const keep = (bytes: Uint8Array) => {
    keptBytes += bytes.length;
    if (keptBytes > maxBytes) throw new RangeError(`a line has more than ${maxBytes} bytes`);
    kept.push(bytes);
  };
  const take = () => {
    const parts = kept.map((bytes) => decoder.decode(bytes, { stream: true }));
    const line = parts.join("") + decoder.decode();
    kept = [];
    keptBytes = 0;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  };
  let isOver = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { value, done } = await reader.read();
      if (done) break;
      let start = 0;
      for (let end = value.indexOf(newline); end !== -1; end = value.indexOf(newline, start)) {
        keep(value.subarray(start, end));
        start = end + 1;
        yield take();
      }
      if (start < value.length) keep(value.subarray(start));
    }
    signal?.throwIfAborted();
    isOver = true;
    if (keptBytes > 0) yield take();
  } finally {
    signal?.removeEventListener("abort", cancel);
    if (!isOver) await reader.cancel().catch(() => {});
  }
}
