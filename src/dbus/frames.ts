import { maxMessageBytes } from "./message.ts";

const fixedHeaderBytes = 16;
const little = 0x6c;
const big = 0x42;

/** Cuts a stream of bytes into messages. What it holds is what has arrived of one message. */
export class Frames {
  #parts: Uint8Array[] = [];
  #have = 0;
  #need = fixedHeaderBytes;

  /** The messages that are whole with `chunk`, which it keeps. Throws when the stream is not of messages: give it up. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    this.#parts.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#need) return;
    const whole = this.#join();
    let at = 0;
    for (;;) {
      const left = whole.length - at;
      this.#need = left < fixedHeaderBytes ? fixedHeaderBytes : messageLength(whole.subarray(at));
      if (left < this.#need) break;
      yield whole.subarray(at, at + this.#need);
      at += this.#need;
    }
    // A copy, lest some bytes keep a whole message alive.
    this.#parts = at === 0 ? [whole] : at < whole.length ? [whole.slice(at)] : [];
    this.#have = whole.length - at;
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

/** Length of the message that begins with these 16 bytes at least (D-Bus Specification, "Message Format"). */
function messageLength(bytes: Uint8Array): number {
  const [order, , , version] = bytes;
  if (order !== little && order !== big) throw new TypeError(`Not a D-Bus message: byte order ${order}`);
  if (version !== 1) throw new TypeError(`Not a D-Bus message: protocol version ${version}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodyLength = view.getUint32(4, order === little);
  const fieldsLength = view.getUint32(12, order === little);
  const length = fixedHeaderBytes + Math.ceil(fieldsLength / 8) * 8 + bodyLength;
  if (length > maxMessageBytes) throw new TypeError(`A D-Bus message of ${length} bytes is too long`);
  return length;
}
