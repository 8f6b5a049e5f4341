const newline = 10;

/** Puts bytes together to lines of UTF-8; a line longer than `maxBytes` is given up, and nothing of it is kept. */
export class LineReader {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor({ maxBytes = 4 * 1024 * 1024 }: { maxBytes?: number } = {}) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in `bytes`, which may be used for something else afterwards; `undefined` for one too long. */
  read(bytes: Uint8Array): (string | undefined)[] {
    const lines: (string | undefined)[] = [];
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      this.#keep(bytes.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    if (from < bytes.length) this.#keep(bytes.slice(from));
    return lines;
  }

  #keep(part: Uint8Array): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) this.#parts = [];
    else this.#parts.push(part);
  }

  #take(): string | undefined {
    const isTooLong = this.#size > this.#maxBytes;
    const decoder = new TextDecoder();
    const text = this.#parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
    this.#parts = [];
    this.#size = 0;
    return isTooLong ? undefined : text;
  }
}
