import type { TokenVault } from "../../../src/migration/ports.ts";
import { SecretError, type SecretErrorCode } from "../../../src/state/secrets.ts";

/** A keyring in memory, as a migration sees it. */
export class MemoryVault implements TokenVault {
  readonly values = new Map<string, string>();
  /** Why it gives and takes nothing. */
  trouble: SecretErrorCode | undefined;
  /** It says that it has kept a value and has not. */
  forgets = false;

  read(name: string): Promise<{ value: string; home: "keyring" } | undefined> {
    const value = this.values.get(name);
    return this.#answer(value === undefined ? undefined : { value, home: "keyring" });
  }

  keep(name: string, value: string): Promise<"keyring"> {
    if (!this.trouble && !this.forgets) this.values.set(name, value);
    return this.#answer("keyring");
  }

  place(): Promise<"keyring"> {
    return this.#answer("keyring");
  }

  #answer<T>(value: T): Promise<T> {
    return this.trouble
      ? Promise.reject(new SecretError(this.trouble, `The keyring is ${this.trouble}`))
      : Promise.resolve(value);
  }
}
