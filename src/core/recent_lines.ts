/** Keeps the last lines of a text that grows, up to a number of characters. */
export class RecentLines {
  readonly #maxCharacters: number;
  #lines: string[] = [];
  #characters = 0;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    while (this.#characters > this.#maxCharacters && this.#lines.length > 1) {
      this.#characters -= this.#lines.shift()!.length;
    }
  }

  get text(): string {
    return this.#lines.join("");
  }
}
