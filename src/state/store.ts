/** Holds one immutable state and tells its subscribers of each replacement. */
export class Store<State> {
  #state: State;
  readonly #listeners = new Set<(state: State, previous: State) => void>();

  constructor(initial: State) {
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  /** Replaces the state. A change that returns the same object tells nobody. */
  update(change: (state: State) => State): void {
    const previous = this.#state;
    const next = change(previous);
    if (next === previous) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener(next, previous);
  }

  /** `listener` is called synchronously after each change; the returned function ends that. */
  subscribe(listener: (state: State, previous: State) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
