import type { SecretHome } from "../state/secrets.ts";

export interface SecretOptions {
  signal?: AbortSignal;
  /** Whether the user may be asked something, such as to unlock the keyring; waits for their answer. Default: no. */
  mayPrompt?: boolean;
  /** Whether what keeps the home may be started when it does not run. Default: yes. */
  mayStart?: boolean;
}

/**
 * A home of secrets. Values are text that an HTTP header can carry (`secretValue` in src/config), names are
 * `isSecretName`; both are checked here as well, for what another program has put there.
 *
 * Every method may be called at any time and several at once. All of them reject with `SecretError`, whose code says
 * what can be done, or with the signal's reason; after that the home is as before, or as asked when the failure came
 * late. A home that has gone or is locked is asked again at the next call: nothing is remembered here. Nothing is held
 * between two calls, no connection and no value.
 */
export interface SecretStore {
  readonly kind: SecretHome;
  /** `undefined`: it is not here. */
  get(name: string, options?: SecretOptions): Promise<string | undefined>;
  /** Replaces what is there. */
  set(name: string, value: string, options?: SecretOptions): Promise<void>;
  /** `false`: it was not here. */
  delete(name: string, options?: SecretOptions): Promise<boolean>;
  /** Names of what is here, sorted. */
  list(options?: SecretOptions): Promise<string[]>;
}
