/** Keeps the last lines of a text that grows, up to a number of characters. */
export class RecentLines {
  readonly #maxCharacters: number;
  #lines: string[] = [];
  #characters = 0;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** `line` with its end. One that is longer than all that is kept is cut. */
  add(line: string): void {
    const kept = line.length > this.#maxCharacters ? line.slice(0, this.#maxCharacters - 1) + "\n" : line;
    this.#lines.push(kept);
    this.#characters += kept.length;
    while (this.#characters > this.#maxCharacters) this.#characters -= this.#lines.shift()!.length;
  }

  get text(): string {
    return this.#lines.join("");
  }
}
