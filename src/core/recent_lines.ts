/** Keeps the last lines of a text that grows, up to a number of characters. */
export class RecentLines {
  readonly #maxCharacters: number;
  #lines: string[] = [];
  #characters = 0;
  readonly #listeners = new Set<(line: string) => void>();

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** `line` with its end. One that is longer than all that is kept is cut. */
  add(line: string): void {
    const kept = line.length > this.#maxCharacters ? line.slice(0, this.#maxCharacters - 1) + "\n" : line;
    this.#lines.push(kept);
    this.#characters += kept.length;
    while (this.#characters > this.#maxCharacters) this.#characters -= this.#lines.shift()!.length;
    for (const listener of this.#listeners) listener(kept);
  }

  /** Calls `listener` with each new line; the returned function ends that. It must not write a line itself. */
  subscribe(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  get text(): string {
    return this.#lines.join("");
  }
}
