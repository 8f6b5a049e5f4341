/** A number of places, for what must not become more. */
export class Places {
  readonly size: number;
  #taken = 0;

  constructor(size: number) {
    this.size = size;
  }

  get taken(): number {
    return this.#taken;
  }

  /** `false`: none is free. Who got one gives it back by {@linkcode free}. */
  take(): boolean {
    if (this.#taken >= this.size) return false;
    this.#taken++;
    return true;
  }

  free(): void {
    this.#taken--;
  }
}
