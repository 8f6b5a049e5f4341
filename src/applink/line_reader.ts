/** A line is longer than what is taken. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
}

const newline = 10;
const firstBytes = 4_096;
/** A buffer that has grown beyond this for one long line is let go with it. */
const keptBytes = 1_048_576;

/** Makes lines of bytes as they come: in any pieces, also ones that cut through a character. Blank lines are left out. */
export class LineReader {
  readonly #maxBytes: number;
  #buffer = new Uint8Array(0);
  #length = 0;

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Of a line that has not ended yet. */
  get waitingBytes(): number {
    return this.#length;
  }

  /**
   * The lines that end in `chunk`, without their ends; what is kept of it is copied. Throws {@linkcode LineTooLong};
   * the lines before that one are lost with it.
   */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = this.#take(chunk.subarray(start, end));
      if (line !== "") lines.push(line);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #take(rest: Uint8Array): string {
    if (this.#length === 0) {
      this.#check(rest.length);
      return new TextDecoder().decode(rest).trim();
    }
    this.#keep(rest);
    const line = new TextDecoder().decode(this.#buffer.subarray(0, this.#length)).trim();
    this.#length = 0;
    if (this.#buffer.length > keptBytes) this.#buffer = new Uint8Array(0);
    return line;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const length = this.#length + bytes.length;
    this.#check(length);
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(firstBytes, length, Math.min(this.#maxBytes, this.#buffer.length * 2)));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  #check(length: number): void {
    if (length > this.#maxBytes) throw new LineTooLong(`A line is longer than ${this.#maxBytes} bytes`);
  }
}
