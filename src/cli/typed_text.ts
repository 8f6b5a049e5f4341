/** What is typed, character by character. What comes after a line that was read is kept for the next question. */
export class TypedText {
  readonly #chunks: AsyncIterator<string>;
  #pending: string[] = [];

  constructor(input: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#chunks = decoded(input);
  }

  /** The next character; `undefined`: nothing comes any more. */
  async next(): Promise<string | undefined> {
    while (this.#pending.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) return undefined;
      this.#pending = [...value].reverse();
    }
    return this.#pending.pop();
  }

  /** The next line without its end; `undefined`: nothing comes any more. */
  async line(): Promise<string | undefined> {
    let line = "";
    for (let char = await this.next();; char = await this.next()) {
      if (char === undefined) return line === "" ? undefined : line;
      if (char === "\n") return line.replace(/\r$/, "");
      line += char;
    }
  }
}

/** Reads no further than it is asked to: the terminal may change its mode between two questions. */
async function* decoded(input: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of input.values({ preventCancel: true })) yield decoder.decode(bytes, { stream: true });
}
