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
  #parts: Uint8Array[] = [];
  #have = 0;
  #need = fixedHeaderBytes;
  /** Bytes still to come of what is skipped. */
  #skip = 0;

  /**
   * The messages that are whole with `chunk`, which it keeps, and the headers of those too long. Throws when the stream
   * is not of messages: give it up.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    const skipped = Math.min(this.#skip, chunk.length);
    this.#skip -= skipped;
    if (skipped === chunk.length) return;
    this.#parts.push(chunk.subarray(skipped));
    this.#have += chunk.length - skipped;
    if (this.#have < this.#need) return;
    const whole = this.#join();
    let at = 0;
    for (;;) {
      const rest = whole.subarray(at);
      const size = rest.length < fixedHeaderBytes ? undefined : sizeOf(rest);
      this.#need = size?.keptBytes ?? fixedHeaderBytes;
      if (!size || rest.length < this.#need) break;
      if (this.#need > 0) yield rest.subarray(0, this.#need);
      at += size.totalBytes;
    }
    this.#skip = Math.max(0, at - whole.length);
    // A copy, lest some bytes keep a whole message alive.
    this.#parts = at === 0 ? [whole] : at < whole.length ? [whole.slice(at)] : [];
    this.#have = Math.max(0, whole.length - at);
  }

  #join(): Uint8Array {
    if (this.#parts.length > 1) {
      const whole = new Uint8Array(this.#have);
      let at = 0;
      for (const part of this.#parts) {
        whole.set(part, at);
        at += part.length;
      }
      this.#parts = [whole];
    }
    return this.#parts[0];
  }
}

/** How long the message is that begins so, and how much of it is kept. */
function sizeOf(bytes: Uint8Array): { totalBytes: number; keptBytes: number } {
  const { headerBytes, totalBytes } = messageSize(bytes);
  if (totalBytes <= maxReadBytes) return { totalBytes, keptBytes: totalBytes };
  return { totalBytes, keptBytes: headerBytes <= maxLoneHeaderBytes ? headerBytes : 0 };
}
