/** Keeps the last lines of a text that grows, up to a number of characters. */
export class RecentLines {
  readonly #maxCharacters: number;
  #lines: string[] = [];
  #characters = 0;
  #end = 0;
  readonly #listeners = new Set<(line: string) => void>();

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** `line` with its end. One that is longer than all that is kept is cut. */
  add(line: string): void {
    const kept = line.length > this.#maxCharacters ? line.slice(0, this.#maxCharacters - 1) + "\n" : line;
    this.#lines.push(kept);
    this.#end++;
    this.#characters += kept.length;
    while (this.#characters > this.#maxCharacters) this.#characters -= this.#lines.shift()!.length;
    for (const listener of this.#listeners) listener(kept);
  }

  /** Calls `listener` with each new line; the returned function ends that. It must not write a line itself. */
  subscribe(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The number of the last line, of all that ever came; the first is 1. */
  get end(): number {
    return this.#end;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  get text(): string {
    return this.#lines.join("");
  }
}
