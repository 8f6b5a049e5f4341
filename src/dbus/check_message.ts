import { parseSignature, parseSingle, type Type } from "./signature.ts";

/** Values within values, variants included (D-Bus Specification, "Message Protocol": 64). */
export const maxDepth = 64;

/** Values of one message: an empty one costs a peer 4 bytes, and us up to a hundred. */
const maxValues = 20_000;

/** What `ay` counts as: even an empty one costs us six hundred bytes. */
const valuesOfBytes = 8;

const headerSignature = "yyyyuua(yv)";
const sizes: Readonly<Record<string, number>> = { y: 1, n: 2, q: 2, b: 4, i: 4, u: 4, x: 8, t: 8, d: 8 };
const alignments: Readonly<Record<string, number>> = { ...sizes, s: 4, o: 4, a: 4, g: 1, v: 1, "(": 8, "{": 8 };

/**
 * Throws unless the bytes of a whole message are well-formed as far as reading it goes: signatures, lengths, depth and
 * number of values. The package's reader trusts them: an array of `()` makes it loop for ever, and not every bus
 * checks what it passes on (dbus-broker does not look into bodies).
 */
export function checkMessage(bytes: Uint8Array, bodySignature: string): void {
  const walker = new Walker(bytes);
  for (const type of parseSignature(headerSignature)) walker.value(type, 0);
  walker.align(8);
  for (const type of parseSignature(bodySignature)) walker.value(type, 0);
  if (walker.at !== bytes.length) throw new TypeError("Bad message: its length does not fit its signature");
}

class Walker {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #isLittle: boolean;
  #values = 0;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = bytes[0] === 0x6c;
  }

  align(to: number): void {
    this.#skip((to - this.at % to) % to);
  }

  value(type: Type, depth: number): void {
    this.#count(1);
    if (depth > maxDepth) throw new TypeError("Bad message: nested too deeply");
    this.align(alignments[type.code]);
    const size = sizes[type.code];
    if (size !== undefined) return this.#skip(size);
    if (type.code === "s" || type.code === "o") return this.#text(this.#uint32());
    if (type.code === "g") return void this.#signature();
    if (type.code === "v") return this.value(parseSingle(this.#signature()), depth + 1);
    if (type.code === "a") return this.#array(type.of[0], depth);
    for (const member of type.of) this.value(member, depth + 1);
  }

  #array(element: Type, depth: number): void {
    const length = this.#uint32();
    this.align(alignments[element.code]);
    const end = this.at + length;
    if (end > this.#bytes.length) throw new TypeError("Bad message: an array runs past its end");
    const size = sizes[element.code];
    if (element.code === "y") this.#count(valuesOfBytes);
    else if (size !== undefined) this.#count(length / size);
    if (size !== undefined) this.#skip(Math.ceil(length / size) * size);
    while (this.at < end) this.value(element, depth + 1);
    if (this.at !== end) throw new TypeError("Bad message: an array's length does not fit its elements");
  }

  #signature(): string {
    this.#skip(1);
    const from = this.at;
    const length = this.#bytes[from - 1];
    this.#text(length);
    return String.fromCharCode(...this.#bytes.subarray(from, from + length));
  }

  /** `length` bytes without a NUL, and the NUL behind them. */
  #text(length: number): void {
    const from = this.at;
    this.#skip(length + 1);
    if (this.#bytes.indexOf(0, from) !== this.at - 1) {
      throw new TypeError("Bad message: a string is not NUL-terminated");
    }
  }

  #uint32(): number {
    this.#skip(4);
    return this.#view.getUint32(this.at - 4, this.#isLittle);
  }

  #skip(bytes: number): void {
    this.at += bytes;
    if (this.at > this.#bytes.length) throw new TypeError("Bad message: it ends too early");
  }

  #count(values: number): void {
    this.#values += values;
    if (this.#values > maxValues) throw new TypeError("Bad message: too many values");
  }
}
