import type { Config } from "../config/schema.ts";
import { secretVariable } from "../config/secrets_env.ts";

/**
 * What programs that we start get beside our own environment: tokens of backends and the key of clients are none of
 * their business, so each variable of a secret is empty there.
 *
 * That covers the secrets that any configuration named while the daemon ran. A variable that none of them named cannot be
 * known: this process may read variables of ours by name, not list them. A child of it sees that one.
 */
export class ChildEnv {
  readonly #variables = new Set<string>();

  /** Remembers the secrets that a configuration names. */
  see({ backends, listen }: Pick<Config, "backends" | "listen">): void {
    for (const name of [listen.clientKey, ...backends.map(({ secret }) => secret)]) {
      if (name !== null) this.#variables.add(secretVariable(name));
    }
  }

  get variables(): Record<string, string> {
    // What they say to a service manager would be taken as said by us.
    const names = ["NOTIFY_SOCKET", ...this.#variables];
    return Object.fromEntries(names.map((name) => [name, ""]));
  }
}
