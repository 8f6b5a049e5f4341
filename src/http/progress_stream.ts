import { messageOf } from "../core/errors.ts";
import { ollamaErrors } from "../protocol/ollama.ts";

export interface ProgressOptions {
  backend: string;
  /** Aborted when the client has left. */
  clientGone: AbortSignal;
  /** Called once, however it ends. */
  onEnd: () => void;
}

const newline = 0x0a;
const encoder = new TextEncoder();

/**
 * The NDJSON progress of a long request (pull, push, create) as it comes, read only as fast as the client takes it. A
 * break becomes Ollama's own last line `{"error":…}`, so that it does not look like an end.
 */
export function progressStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { backend, clientGone, onEnd }: ProgressOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let isAtLineStart = true;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value } = await reader.read();
        if (value) {
          if (value.length > 0) isAtLineStart = value.at(-1) === newline;
          return controller.enqueue(value);
        }
      } catch (error) {
        onEnd();
        if (clientGone.aborted) return;
        const line = ollamaErrors.streamError(`${backend} broke off: ${messageOf(error)}`);
        controller.enqueue(encoder.encode(isAtLineStart ? line : `\n${line}`));
        return controller.close();
      }
      onEnd();
      controller.close();
    },
    async cancel(reason) {
      onEnd();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
