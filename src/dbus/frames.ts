import { maxReadBytes } from "./message.ts";
import { fixedHeaderBytes, messageSize } from "./message_size.ts";

/** Of a message that is too long, only a header up to this is kept. */
const maxLoneHeaderBytes = 64 << 10;

/**
 * Cuts a stream of bytes into messages. What it holds is what has arrived of one message, {@linkcode maxReadBytes} at
 * most: a longer message is skipped as it arrives, and only its header is given. One with a header above 64 KiB, which
 * no bus writes, is dropped altogether.
 */
export class Frames {
  readonly #head = new Uint8Array(fixedHeaderBytes);
  /** What has arrived of a message, at first its head, then as much as is to be kept. */
  #kept = this.#head;
  #have = 0;
  /** Of the message whose head has arrived. */
  #totalBytes: number | undefined;
  /** Bytes still to come of what is skipped. */
  #skip = 0;

  /**
   * The messages that are whole with `chunk`, of which it keeps copies, and the headers of those too long. Throws when
   * the stream is not of messages: give it up.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    for (let rest = chunk; rest.length > 0;) {
      const skipped = Math.min(this.#skip, rest.length);
      this.#skip -= skipped;
      const taken = rest.subarray(skipped, skipped + this.#kept.length - this.#have);
      rest = rest.subarray(skipped + taken.length);
      this.#kept.set(taken, this.#have);
      this.#have += taken.length;
      if (this.#totalBytes === undefined && this.#have === fixedHeaderBytes) this.#begin();
      if (this.#totalBytes !== undefined && this.#have >= this.#kept.length) yield* this.#end(this.#totalBytes);
    }
  }

  #begin(): void {
    const { totalBytes, keptBytes } = sizeOf(this.#head);
    this.#totalBytes = totalBytes;
    this.#kept = new Uint8Array(keptBytes);
    this.#kept.set(this.#head.subarray(0, keptBytes));
  }

  *#end(totalBytes: number): Generator<Uint8Array> {
    const frame = this.#kept;
    this.#skip = totalBytes - this.#have;
    this.#kept = this.#head;
    this.#have = 0;
    this.#totalBytes = undefined;
    if (frame.length > 0) yield frame;
  }
}

/** How long the message is that begins so, and how much of it is kept. */
function sizeOf(bytes: Uint8Array): { totalBytes: number; keptBytes: number } {
  const { headerBytes, totalBytes } = messageSize(bytes);
  if (totalBytes <= maxReadBytes) return { totalBytes, keptBytes: totalBytes };
  return { totalBytes, keptBytes: headerBytes <= maxLoneHeaderBytes ? headerBytes : 0 };
}
