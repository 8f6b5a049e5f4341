// @ts-check
/// <reference lib="dom" />

/** A piece of text this long begins a new block at its next line. */
const blockCharacters = 4_000;
/** One without a line end is broken here, for a block is laid out anew with each word that comes. */
const mostCharacters = 20_000;

/**
 * Text that grows, shown as it is: at most once for each picture, and in blocks, so that a long text is not laid out
 * again as a whole for each word that comes.
 */
export class TextView {
  place = document.createElement("div");
  #waiting = "";
  #isDue = false;
  /** @type {Text | undefined} */
  #last;
  #around;

  /** @param {(change: () => void) => void} around Is handed each change of the page, and makes it. */
  constructor(around) {
    this.#around = around;
    this.place.className = "said";
    this.place.dir = "auto";
  }

  /** @param {string} text */
  add(text) {
    if (text === "") return;
    this.#waiting += text;
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.flush());
  }

  /** Shows at once what waits. */
  flush() {
    this.#isDue = false;
    const text = this.#waiting;
    if (text === "") return;
    this.#waiting = "";
    this.#around(() => this.#show(text));
  }

  /** @param {string} text */
  #show(text) {
    for (let from = 0; from < text.length;) {
      const length = this.#last?.length ?? 0;
      const lineEnd = text.indexOf("\n", from + Math.max(0, blockCharacters - length));
      const blockEnd = Math.min(lineEnd < 0 ? Infinity : lineEnd + 1, from + mostCharacters - length);
      this.#append(text.slice(from, blockEnd));
      from = blockEnd;
      if (blockEnd <= text.length) this.#last = undefined;
    }
  }

  /** @param {string} text */
  #append(text) {
    if (this.#last) return this.#last.appendData(text);
    const block = document.createElement("div");
    block.dir = "auto";
    this.#last = document.createTextNode(text);
    block.append(this.#last);
    this.place.append(block);
  }
}
