import { Ollama } from "ollama";

/**
 * The `ollama` client for a test. It stops reading at `done:true` and leaves the body open, which the leak sanitizer
 * rightly reports; dispose of it at the end of the test and the rest is dropped.
 */
export class OllamaClient extends Ollama implements Disposable {
  readonly #over: AbortController;

  constructor(host: string, headers?: HeadersInit) {
    const over = new AbortController();
    super({
      host,
      headers,
      fetch: (input, init) => {
        const signals = init?.signal ? [init.signal, over.signal] : [over.signal];
        return fetch(input, { ...init, signal: AbortSignal.any(signals) });
      },
    });
    this.#over = over;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}
