import type { MigrationFiles, MigrationPorts, TokenVault } from "../../../src/migration/ports.ts";

/**
 * What happens at one call of a migration: the process ends before it or right after it, so that nothing follows; or the
 * call fails and the process goes on.
 */
export type Fault = "ends before" | "ends after" | "fails";

/** A migration's way to files and secrets, broken at the nth call. */
export class FaultyPorts {
  /** Calls so far, by name. */
  readonly calls: string[] = [];
  readonly #at: number;
  readonly #fault: Fault;
  #isDead = false;

  /** `at`: which call, from 0. */
  constructor(at: number, fault: Fault) {
    this.#at = at;
    this.#fault = fault;
  }

  readonly wrap = ({ files, vault, ownUid }: MigrationPorts): MigrationPorts => ({
    files: this.#around<MigrationFiles>("files", files),
    vault: this.#around<TokenVault>("vault", vault),
    ownUid,
  });

  get wasMet(): boolean {
    return this.calls.length > this.#at;
  }

  #around<T extends object>(name: string, target: T): T {
    return new Proxy(target, {
      get: (_, key) => async (...args: unknown[]) => {
        const call = () => Reflect.apply(Reflect.get(target, key) as (...args: unknown[]) => unknown, target, args);
        if (this.#isDead) throw new Error("The process has ended");
        const isHere = this.calls.length === this.#at;
        this.calls.push(`${name}.${String(key)}`);
        if (!isHere) return await call();
        this.#isDead = this.#fault !== "fails";
        if (this.#fault === "ends after") await call();
        throw new Error("Input/output error");
      },
    });
  }
}
