import type { BackendConfig } from "../config/schema.ts";
import type { Backend } from "../broker/backend.ts";

/** The adapters of all configured backends. One whose settings did not change stays; others are made anew. */
export class BackendSet {
  readonly #create: (config: Readonly<BackendConfig>) => Backend;
  #backends = new Map<string, Backend>();

  constructor(create: (config: Readonly<BackendConfig>) => Backend) {
    this.#create = create;
  }

  readonly get = (id: string): Backend | undefined => this.#backends.get(id);

  /** Follows the configuration. Answers of a backend that goes are not cut: they keep it until they end. */
  configure(configs: readonly Readonly<BackendConfig>[]): void {
    const next = new Map<string, Backend>();
    for (const config of configs) {
      const old = this.#backends.get(config.id);
      const isSame = old && JSON.stringify(old.config) === JSON.stringify(config);
      next.set(config.id, isSame ? old : this.#create(config));
    }
    for (const backend of this.#backends.values()) {
      if (next.get(backend.config.id) !== backend) backend.close();
    }
    this.#backends = next;
  }

  /** After the machine slept, or came to another network. */
  renewConnections(): void {
    for (const backend of this.#backends.values()) backend.renewConnections();
  }

  close(): void {
    this.configure([]);
  }
}
