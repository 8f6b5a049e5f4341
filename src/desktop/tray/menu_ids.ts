const largest = 2 ** 31 - 1;

/** Ids of menu entries (dbusmenu's `i`, above 0): none is given twice, but for a wrap after two thousand million. */
export class MenuIds {
  #last: number;

  constructor(last = 0) {
    this.#last = last;
  }

  /** One that is not in `taken`. */
  next(taken: { has(id: number): boolean }): number {
    do this.#last = this.#last >= largest ? 1 : this.#last + 1; while (taken.has(this.#last));
    return this.#last;
  }
}
