import type { Clock } from "../core/clock.ts";

/** What a backend needs of the world. */
export interface BackendContext {
  clock: Clock;
  /**
   * The value of a named token, asked for at each request; `undefined` when it is not set. Throws when it cannot be used,
   * and a `SecretError` while the keyring is locked.
   */
  secrets: (name: string) => string | undefined;
}
