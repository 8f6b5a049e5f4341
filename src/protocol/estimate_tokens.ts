import { isObject } from "./json_value.ts";

/** What one token comes to in a text, in bytes, by the rule of thumb of every vendor. */
const bytesPerToken = 4;
/** A text without white space that is longer is an image or a file. */
const longestWord = 4_096;
/** What vendors take for an image, at the most usual sizes. */
const tokensPerImage = 1_000;

const wordBreak = /\s/;

/** Guesses the tokens of a question whose cloud tells none, from the size of its body; an image counts as 1,000. */
export function questionTokens(body: Uint8Array, json: unknown): number {
  let [images, imageBytes] = [0, 0];
  const pending: unknown[] = body.byteLength > longestWord ? [json] : [];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === "string" && value.length > longestWord && !wordBreak.test(value.slice(0, longestWord))) {
      images++;
      imageBytes += value.length;
    } else if (Array.isArray(value)) pending.push(...value.filter(isWorthALook));
    else if (isObject(value)) pending.push(...Object.values(value).filter(isWorthALook));
  }
  return Math.ceil(Math.max(0, body.byteLength - imageBytes) / bytesPerToken) + images * tokensPerImage;
}

function isWorthALook(value: unknown): boolean {
  return typeof value === "string" ? value.length > longestWord : typeof value === "object" && value !== null;
}

/** The same of a whole answer. */
export function answerTokens(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}

/**
 * The same of a stream, without a look into it: a frame is a token, as most servers send them, and what it has more than
 * the smallest frame, which is hardly more than its envelope, is text.
 */
export class StreamTally {
  #frames = 0;
  #bytes = 0;
  #smallest = Infinity;

  /** A frame with content, by its size. */
  add(bytes: number): void {
    this.#frames++;
    this.#bytes += bytes;
    if (bytes < this.#smallest) this.#smallest = bytes;
  }

  get tokens(): number {
    if (this.#frames === 0) return 0;
    return this.#frames + Math.ceil((this.#bytes - this.#frames * this.#smallest) / bytesPerToken);
  }
}
