import { messageOf } from "../core/errors.ts";
import { isObject } from "../protocol/json_value.ts";
import { ollamaErrors } from "../protocol/ollama.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface ProgressOptions {
  backend: string;
  /** Whether the lines can be read; compressed ones cannot. */
  isPlain: boolean;
  /** Aborted when the client has left. */
  clientGone: AbortSignal;
  /** Takes secrets out of what is told. */
  redact: (text: string) => string;
  /** Called before each wait for the backend. */
  onWait: () => void;
  /** Called when something has come. */
  onHeard: () => void;
  /** Called once, however it ends. */
  onEnd: () => void;
}

const newline = 0x0a;
/** Of a line; no last line of Ollama's comes near it. */
const maxKeptBytes = 65_536;
const encoder = new TextEncoder();

/**
 * The NDJSON progress of a long request (pull, push, create) as it comes, read only as fast as the client takes it. A
 * break, and an end without Ollama's own `{"status":"success"}` or `{"error":…}`, become a last line `{"error":…}`, so
 * that it does not look done.
 */
export function progressStream(body: ReadableStream<Bytes>, options: ProgressOptions): ReadableStream<Bytes> {
  const { backend, isPlain, clientGone, redact, onWait, onHeard, onEnd } = options;
  const reader = body.getReader();
  const lastLine = new LastLine();
  let ended = false;
  const end = () => {
    if (!ended) onEnd();
    ended = true;
  };
  const next = async () => {
    onWait();
    try {
      return (await reader.read()).value;
    } finally {
      onHeard();
    }
  };
  const failed = (controller: ReadableStreamDefaultController<Bytes>, words: string) => {
    // A line would be garbage among compressed bytes: the connection tells it.
    if (!isPlain) return controller.error(new Error(words));
    const line = ollamaErrors.streamError(redact(`${backend} ${words}`));
    controller.enqueue(encoder.encode(lastLine.isOpen ? `\n${line}` : line));
    controller.close();
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const bytes = await next();
        if (bytes) {
          if (!isPlain) return controller.enqueue(bytes);
          lastLine.add(bytes);
          return controller.enqueue(withoutSecrets(bytes, redact));
        }
      } catch (error) {
        end();
        if (!clientGone.aborted) failed(controller, `broke off: ${messageOf(error)}`);
        return;
      }
      end();
      if (!isPlain || isFinal(lastLine.text)) controller.close();
      else failed(controller, "broke off: it ended without saying that it is done");
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/** A server may repeat its token in what it says. The bytes stay as they are where none of it shows. */
function withoutSecrets(bytes: Bytes, redact: (text: string) => string): Bytes {
  const text = new TextDecoder().decode(bytes);
  const shown = redact(text);
  return shown === text ? bytes : encoder.encode(shown);
}

/** The last line that is not blank, of bytes that come in pieces. */
class LastLine {
  #pieces: Bytes[] = [];
  #size = 0;
  #isOpen = false;

  /** Whether no newline came after it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** "" when it is too long to be kept. */
  get text(): string {
    if (this.#size > maxKeptBytes) return "";
    const decoder = new TextDecoder();
    return this.#pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
  }

  add(bytes: Bytes): void {
    let from = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      this.#extend(bytes.subarray(from, at));
      this.#isOpen = false;
      from = at + 1;
    }
    if (from < bytes.length) this.#extend(bytes.subarray(from));
  }

  #extend(bytes: Bytes): void {
    // Blank lines say nothing and end nothing.
    if (!this.#isOpen && bytes.every((byte) => byte <= 0x20)) return;
    if (!this.#isOpen) this.#begin();
    this.#size += bytes.length;
    if (this.#size > maxKeptBytes) this.#pieces = [];
    else this.#pieces.push(bytes.slice());
  }

  #begin(): void {
    this.#isOpen = true;
    this.#pieces = [];
    this.#size = 0;
  }
}

function isFinal(line: string): boolean {
  try {
    const json: unknown = JSON.parse(line);
    return isObject(json) && (json.status === "success" || json.error !== undefined);
  } catch {
    return false;
  }
}
