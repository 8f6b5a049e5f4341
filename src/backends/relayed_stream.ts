import { concat } from "@std/bytes/concat";
import type { Clock } from "../core/clock.ts";
import { BackendFailure, type FailureReason, messageOf } from "../core/errors.ts";
import type { Usage } from "../core/types.ts";
import type { AnswerStream } from "../broker/backend.ts";
import { abortableReader } from "./abortable_body.ts";
import { StreamTally } from "../protocol/estimate_tokens.ts";
import type { Frame, FrameReader, StreamTranslator } from "../protocol/types.ts";

export interface RelayedStreamOptions {
  /** The backend's id. */
  backend: string;
  body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The attempt's: ends the body when it aborts. */
  signal: AbortSignal;
  reader: FrameReader;
  /** Absent where both sides speak one dialect: then the bytes pass through. */
  translator?: StreamTranslator;
  /** What a complete stream gets that ended without its terminal frame: OpenAI's `[DONE]`. */
  missingEnd: string;
  /** Whether frames that carry token counts alone stay here: the client did not ask for them. */
  hidesUsage?: boolean;
  /** Longest pause without content. */
  idleMs: number;
  clock: Clock;
}

/** After the terminal marker the backend gets this long to end its answer, so that the connection can be used again. */
const drainMs = 250;
/** What a stream says before its first content is kept up to this, in bytes. */
const maxHeldBytes = 65_536;
const encoder = new TextEncoder();

/**
 * A backend's stream in the client's dialect, in whole frames: bytes of a frame that is not complete are never passed
 * on, so that an error can follow them at any time. Reads only on demand; nothing is buffered ahead.
 */
export class RelayedStream implements AnswerStream {
  readonly #options: RelayedStreamOptions;
  readonly #source: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #tally = new StreamTally();
  #usage: Usage = {};
  #begun = false;
  #hasContent = false;
  #finished = false;
  #failure: BackendFailure | undefined;
  /** How long the backend has given no content; what the client takes to read does not count. */
  #silentMs = 0;
  /** How much waits for the first content. */
  #heldBytes = 0;
  /** Whether the chunk that is read now has no content so far. */
  #isSilent = true;

  constructor(options: RelayedStreamOptions) {
    this.#options = options;
    this.#source = abortableReader(options.body, options.signal);
  }

  /**
   * Everything up to and including the first frame with content; of what says nothing before it the first 64 KiB, for
   * an OpenAI client needs the chunk that tells the role, but no flood. Throws {@linkcode BackendFailure} of phase
   * `first_byte` when the stream has none.
   */
  async first(): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    while (!this.#hasContent && !this.#finished) {
      const bytes = await this.#frames();
      // A copy, for these few bytes would keep the whole chunk that they came in.
      if (bytes.byteLength > 0) parts.push(this.#hasContent ? bytes : bytes.slice());
    }
    this.#begun = true;
    return concat(parts);
  }

  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (!this.#finished) {
      const bytes = await this.#frames();
      if (bytes.byteLength > 0) return bytes;
    }
    await this.#drain();
    return undefined;
  }

  cancel(): void {
    this.#source.cancel().catch(() => {});
  }

  usage(): Usage {
    return this.#options.translator ? this.#options.translator.usage() : this.#usage;
  }

  estimatedTokens(): number {
    return this.#tally.tokens;
  }

  /** The client's bytes for the next chunk. A failure after good frames of the same chunk is thrown at the next call. */
  async #frames(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#failure) throw this.#failure;
    const since = this.#options.clock.monotonic();
    const chunk = await this.#read();
    this.#isSilent = true;
    const out: Uint8Array<ArrayBuffer>[] = [];
    try {
      const { splitter } = this.#options.reader;
      const frames = chunk ? splitter.push(chunk) : splitter.end();
      for (const frame of frames) if (!this.#finished) this.#take(frame, out);
      if (!chunk && !this.#finished) this.#end(out);
      this.#checkSilence(since);
    } catch (error) {
      this.cancel();
      const failure = this.#asFailure(error);
      const isAfterContent = out.length > 0 && this.#hasContent;
      this.#failure = isAfterContent ? inTheStream(failure) : failure;
      if (!isAfterContent) throw this.#failure;
    }
    return out.length === 1 ? out[0] : concat(out);
  }

  #take(frame: Frame, out: Uint8Array<ArrayBuffer>[]): void {
    const { reader, translator, hidesUsage } = this.#options;
    const info = reader.inspect(frame);
    if (info.usage) this.#usage = { ...this.#usage, ...info.usage };
    if (hidesUsage && info.isUsageAlone) return void (this.#isSilent = false);
    switch (info.kind) {
      case "error":
        throw this.#fail("backend_error", `${this.#options.backend} reported: ${info.message ?? "an error"}`);
      case "malformed":
        throw this.#fail("malformed", `${this.#options.backend} sent a broken event`);
      case "heartbeat":
        if (!translator && this.#isKept(frame)) out.push(frame.bytes);
        return;
      case "content":
        this.#hasContent = true;
        this.#isSilent = false;
        this.#tally.add(frame.bytes.byteLength);
        break;
      case "terminal":
        if (reader.empty) throw this.#fail("empty", `${this.#options.backend} ended its answer before it began`);
        this.#finished = true;
    }
    if (!translator) out.push(frame.bytes);
    else this.#translate(translator, frame, out);
  }

  #translate(translator: StreamTranslator, frame: Frame, out: Uint8Array<ArrayBuffer>[]): void {
    if (frame.data !== undefined) push(out, translator.push(frame.data));
    if (this.#finished) push(out, translator.end());
  }

  /** The backend's stream has ended without a terminal frame. */
  #end(out: Uint8Array<ArrayBuffer>[]): void {
    const { reader, translator, missingEnd, backend } = this.#options;
    if (!reader.complete) {
      if (reader.empty) throw this.#fail("empty", `${backend} gave no answer`);
      throw this.#fail("incomplete", `${backend} ended its answer before it was complete`);
    }
    this.#finished = true;
    push(out, translator ? translator.end() : missingEnd);
  }

  #isKept({ bytes }: Frame): boolean {
    if (this.#hasContent) return true;
    this.#heldBytes += bytes.byteLength;
    return this.#heldBytes <= maxHeldBytes;
  }

  /** A flood of heartbeats leaves the timer no turn, and its reading takes longer than the wait for it. */
  #checkSilence(since: number): void {
    const { clock, idleMs } = this.#options;
    this.#silentMs = this.#isSilent ? this.#silentMs + clock.monotonic() - since : 0;
    if (this.#begun && !this.#finished && this.#silentMs >= idleMs) throw this.#stalled();
  }

  #stalled(): BackendFailure {
    const { backend, idleMs } = this.#options;
    return this.#fail("stalled", `${backend} sent nothing for ${idleMs} ms`);
  }

  async #read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { clock, idleMs } = this.#options;
    let stalled = false;
    const cancelTimer = this.#begun
      ? clock.after(Math.max(0, idleMs - this.#silentMs), () => {
        stalled = true;
        this.cancel();
      })
      : undefined;
    try {
      const { value } = await this.#source.read();
      if (stalled) throw this.#stalled();
      return value;
    } catch (error) {
      if (error instanceof BackendFailure) throw error;
      throw this.#fail("reset", `${this.#options.backend} broke off: ${messageOf(error)}`, error);
    } finally {
      cancelTimer?.();
    }
  }

  async #drain(): Promise<void> {
    const cancelTimer = this.#options.clock.after(drainMs, () => this.cancel());
    try {
      while (!(await this.#source.read()).done);
    } catch {
      // The answer is complete; how the connection ends does not matter any more.
    } finally {
      cancelTimer();
    }
  }

  #asFailure(error: unknown): BackendFailure {
    if (error instanceof BackendFailure) return error;
    const { backend } = this.#options;
    if (error instanceof RangeError) return this.#fail("too_large", `${backend} sent too large an event`, error);
    return this.#fail("malformed", `${backend} sent a broken event: ${messageOf(error)}`, error);
  }

  #fail(reason: FailureReason, message: string, cause?: unknown): BackendFailure {
    const phase = this.#begun ? "streaming" : "first_byte";
    return new BackendFailure(message, { backend: this.#options.backend, phase, reason, cause });
  }
}

/** A failure that follows frames with content, which are passed on before it. */
function inTheStream({ message, backend, reason, cause }: BackendFailure): BackendFailure {
  return new BackendFailure(message, { backend, reason, cause, phase: "streaming" });
}

function push(out: Uint8Array<ArrayBuffer>[], text: string): void {
  if (text !== "") out.push(encoder.encode(text));
}
