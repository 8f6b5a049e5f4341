/** Of one line; no line of progress comes near it. */
const maxLineCharacters = 65_536;

/** The lines of a body as they come. Whatever ends it early, an aborted signal too, also ends the body. */
export async function* textLines(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const leave = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", leave);
  let open = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (open + value).split("\n");
      open = lines.pop()!.slice(0, maxLineCharacters);
      yield* lines;
    }
    if (open !== "") yield open;
  } finally {
    signal.removeEventListener("abort", leave);
    reader.cancel().catch(() => {});
  }
}
