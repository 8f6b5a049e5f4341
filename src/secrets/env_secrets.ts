import { envSecrets, secretVariable } from "../config/secrets_env.ts";
import { messageOf } from "../core/errors.ts";
import { SecretError } from "../state/secrets.ts";
import { checkName } from "./checked.ts";
import type { SecretStore } from "./secret_store.ts";

export interface EnvSecretsOptions {
  env: (name: string) => string | undefined;
  /** The environment cannot be listed, only asked: names that may be there. */
  names: () => Iterable<string>;
}

/** Environment variables: they override every other home, and can only be read. */
export class EnvSecrets implements SecretStore {
  readonly kind = "environment";
  readonly #options: EnvSecretsOptions;
  readonly #read: (name: string) => string | undefined;

  constructor(options: EnvSecretsOptions) {
    this.#options = options;
    this.#read = envSecrets(options.env);
  }

  // deno-lint-ignore require-await -- what it throws is a rejection
  async get(name: string): Promise<string | undefined> {
    checkName(name);
    try {
      return this.#read(name);
    } catch (cause) {
      throw new SecretError("failed", messageOf(cause), { cause });
    }
  }

  set(name: string): Promise<never> {
    return Promise.reject(readOnly(name));
  }

  delete(name: string): Promise<never> {
    return Promise.reject(readOnly(name));
  }

  /** Also those whose value cannot be used: they override all the same. */
  list(): Promise<string[]> {
    const isThere = (name: string) => (this.#options.env(secretVariable(name)) ?? "").trim() !== "";
    return Promise.resolve([...new Set(this.#options.names())].filter(isThere).sort());
  }
}

/** What keeps a secret of the environment from being changed. */
export function readOnly(name: string): SecretError {
  const words = `"${name}" is set by the environment variable ${
    secretVariable(name)
  }, which overrides every other place`;
  return new SecretError("read_only", `${words}; take it out of the daemon's environment and restart it`);
}
