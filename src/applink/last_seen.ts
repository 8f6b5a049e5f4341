import type { AppState, BackendState } from "../state/app_state.ts";
import type { Store } from "../state/store.ts";

/** When something was last seen of each backend: a health check or a request changes its state. */
export class LastSeen implements Disposable {
  readonly #at = new Map<string, number>();
  readonly #unsubscribe: () => void;

  constructor(store: Store<AppState>, now: () => number) {
    this.#unsubscribe = store.subscribe(({ backends }, previous) => {
      if (backends === previous.backends) return;
      for (const backend of backends) {
        const before = previous.backends.find(({ config }) => config.id === backend.config.id);
        if (before && isNews(backend, before)) this.#at.set(backend.config.id, now());
      }
    });
  }

  /** ms since 1970; `undefined`: nothing yet. */
  readonly of = (id: string): number | undefined => this.#at.get(id);

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }
}

function isNews(backend: BackendState, before: BackendState): boolean {
  return backend.health !== before.health || backend.latencyMs !== before.latencyMs || backend.models !== before.models;
}
