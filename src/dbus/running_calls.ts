/** Calls of one peer that may be at work at once, and of all: some have a window open or wait for a server. */
const maxOfOne = 16;
const maxOfAll = 256;

/** Counts the calls of peers that are answered later. */
export class RunningCalls {
  readonly #bySender = new Map<string, number>();
  #all = 0;

  /** Whether one more call of this peer may begin. */
  hasRoom(sender: string): boolean {
    return this.#all < maxOfAll && (this.#bySender.get(sender) ?? 0) < maxOfOne;
  }

  begin(sender: string): void {
    this.#all++;
    this.#bySender.set(sender, (this.#bySender.get(sender) ?? 0) + 1);
  }

  end(sender: string): void {
    this.#all--;
    const left = (this.#bySender.get(sender) ?? 1) - 1;
    if (left > 0) this.#bySender.set(sender, left);
    else this.#bySender.delete(sender);
  }
}
