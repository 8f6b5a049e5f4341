type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * Reads a body that ends when the signal aborts, so that a pending `read()` gives `done`. `fetch` should see to that by
 * itself; but in Deno 2.9 it holds the signal weakly, and where a garbage collection comes between the headers and the
 * end of the body, the signal is forgotten and a silent body is waited for without end.
 */
export function abortableReader(body: Body, signal: AbortSignal): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  return reader;
}

/** The same bytes as a stream, which fails with the signal's reason when that aborts. */
export function abortableBody(body: Body, signal: AbortSignal): Body {
  const reader = abortableReader(body, signal);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (signal.aborted) controller.error(signal.reason);
      else if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** What the promise gives, unless the signal aborts before. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
