import { AnswerBrokeOff, type Attempt, DaemonLost } from "./errors.ts";
import { wordsOf } from "./words_of.ts";
import type { DaemonLink, Exchange } from "./daemon_link.ts";
import { readLines } from "./lines.ts";
import type { Answer, AnswerPiece, AnswerStream, TextAnswer } from "./model_types.ts";
import { errorOf, parseObject } from "./read_body.ts";
import { parseAttempts } from "./refusal.ts";

/** How the lines of one kind of answer are read. One for each answer: it gathers the whole. */
export interface Reading<Piece, Whole> {
  /** What a line adds; `undefined`: nothing that is worth telling. */
  piece(line: Record<string, unknown>): Piece | undefined;
  /** Whether this line is the dialect's end marker. */
  isEnd(line: Record<string, unknown>): boolean;
  /** The text so far. */
  received(): string;
  whole(): Whole;
}

export interface AnswerParts<Piece, Whole> {
  link: DaemonLink;
  exchange: Exchange;
  /** Ends the request. */
  abort: AbortController;
  reading: Reading<Piece, Whole>;
}

/** One line is never longer: images in answers are not known. */
const maxLineBytes = 16 * 1024 * 1024;
/** How long the end of the connection may take after the end of the answer, in ms. */
const endWithinMs = 1_000;

/** Reads an answer; see {@linkcode AnswerStream}. */
export class AnswerReader<Piece, Whole> implements AnswerStream<Piece, Whole> {
  readonly backend: string | null;
  readonly attempts: readonly Attempt[];
  readonly #parts: AnswerParts<Piece, Whole>;
  readonly #whole: Promise<Whole>;
  #resolve!: (whole: Whole) => void;
  #reject!: (error: unknown) => void;
  #isTaken = false;

  constructor(parts: AnswerParts<Piece, Whole>) {
    const { headers } = parts.exchange.response;
    this.#parts = parts;
    this.backend = headers.get("x-broker-backend");
    this.attempts = parseAttempts(headers.get("x-broker-attempts"));
    this.#whole = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who reads piece by piece is told there.
    this.#whole.catch(() => {});
  }

  async final(): Promise<Whole> {
    if (!this.#isTaken) {
      for await (const _piece of this);
    }
    return await this.#whole;
  }

  cancel(): void {
    const left = new DOMException("The answer was cancelled", "AbortError");
    this.#parts.abort.abort(left);
    this.#reject(left);
    if (!this.#isTaken) this.#parts.exchange.response.body?.cancel().catch(() => {});
    this.#isTaken = true;
  }

  [Symbol.asyncIterator](): AsyncIterator<Piece, undefined> {
    if (this.#isTaken) throw new TypeError("An answer can be read once; final() gives the whole of it again");
    this.#isTaken = true;
    return this.#read();
  }

  async *#read(): AsyncGenerator<Piece, undefined> {
    const { exchange, abort } = this.#parts;
    try {
      yield* this.#pieces();
      this.#resolve(this.#parts.reading.whole());
    } catch (error) {
      const told = this.#told(error);
      this.#reject(told);
      throw told;
    } finally {
      // Nothing happens where it is over already.
      this.#reject(leftEarly());
      abort.abort(leftEarly());
      exchange.end();
    }
  }

  async *#pieces(): AsyncGenerator<Piece> {
    const { exchange: { response, signal }, reading } = this.#parts;
    const body = response.body ?? new ReadableStream({ start: (controller) => controller.close() });
    const lines = readLines(body, { maxBytes: maxLineBytes, signal });
    for await (const text of lines) {
      if (text.trim() === "") continue;
      const line = parseObject(text);
      if (!line) throw this.#brokeOff("a line of it is not a JSON object");
      const error = errorOf(line);
      if (error) throw this.#brokeOff(error.words);
      const piece = reading.piece(line);
      if (piece !== undefined) yield piece;
      if (reading.isEnd(line)) return await this.#end(lines);
    }
    throw this.#brokeOff("it ended without its end marker");
  }

  /** Reads to the end of the connection, which can serve the next request then; not for long, and nothing more of it. */
  async #end(lines: AsyncGenerator<string>): Promise<void> {
    const { link: { timers }, abort } = this.#parts;
    const cancel = timers.after(endWithinMs, () => abort.abort(leftEarly()));
    await lines.next().catch(() => {});
    cancel();
  }

  #told(error: unknown): unknown {
    const { link, exchange, reading } = this.#parts;
    if (exchange.signal.aborted) return exchange.signal.reason;
    if (error instanceof AnswerBrokeOff) return error;
    if (error instanceof RangeError) return this.#brokeOff(wordsOf(error), error);
    link.forget(exchange.place);
    const message = `The daemon at ${exchange.place.url} went away before the answer was whole: ${wordsOf(error)}`;
    return new DaemonLost(message, { cause: error, received: reading.received() });
  }

  #brokeOff(words: string, cause?: unknown): AnswerBrokeOff {
    // The broker's own words for it say so themselves.
    const message = words.startsWith("The answer broke off") ? words : `The answer broke off: ${words}`;
    return new AnswerBrokeOff(message, { cause, received: this.#parts.reading.received() });
  }
}

function leftEarly(): DOMException {
  return new DOMException("The answer was left before its end", "AbortError");
}

/** Reads an answer that is text. */
export class TextAnswerReader extends AnswerReader<AnswerPiece, Answer> implements TextAnswer {
  async text(): Promise<string> {
    return (await this.final()).text;
  }
}
