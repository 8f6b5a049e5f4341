import type { Clock } from "../../core/clock.ts";
import { isSecretName } from "../../config/secret_name.ts";
import { type KeyringStatus, SecretError } from "../../state/secrets.ts";
import { checkName, valueFound, valueToKeep } from "../checked.ts";
import type { SecretOptions, SecretStore } from "../secret_store.ts";
import type { ConnectKeyring } from "./connect_keyring.ts";
import { lockedKeyring } from "./keyring_error.ts";
import { lookupOf } from "./names.ts";
import { SecretService } from "./secret_service.ts";
import { SecretSession } from "./secret_session.ts";
import {
  createItem,
  defaultCollection,
  deleteItem,
  isLocked,
  nameOf,
  newestOf,
  searchItems,
  unlock,
} from "./service_calls.ts";

export interface KeyringOptions {
  connect: ConnectKeyring;
  clock: Clock;
}

/**
 * The user's keyring: whatever offers the Secret Service API on the session's bus (GNOME Keyring, KWallet, KeePassXC).
 * Each call connects anew and lets go of all when it is done.
 */
export class KeyringSecrets implements SecretStore {
  readonly kind = "keyring";
  readonly #options: KeyringOptions;

  constructor(options: KeyringOptions) {
    this.#options = options;
  }

  async get(name: string, options: SecretOptions = {}): Promise<string | undefined> {
    checkName(name);
    using service = await this.#open(options);
    const { unlocked, locked } = await searchItems(service, lookupOf(name));
    if (unlocked.length === 0 && locked.length > 0) await unlockIfAllowed(service, locked, options);
    const item = await newestOf(service, unlocked.length > 0 ? unlocked : locked);
    // A locked keyring need not tell what is in it.
    if (item === undefined) return await throwIfLocked(service);
    await using session = await SecretSession.open(service);
    return valueFound(await session.read(item), `the token "${name}" in the keyring`);
  }

  async set(name: string, value: string, options: SecretOptions = {}): Promise<void> {
    checkName(name);
    const kept = valueToKeep(value);
    using service = await this.#open(options);
    const collection = await defaultCollection(service);
    if (await isLocked(service, collection)) await unlockIfAllowed(service, [collection], options);
    await using session = await SecretSession.open(service);
    const { unlocked: before } = await searchItems(service, lookupOf(name));
    const item = await createItem(service, session, { collection, name, value: kept });
    // Another program, such as secret-tool, may have kept the same name under a schema of its own.
    const others = item === undefined ? [] : before.filter((other) => other !== item);
    for (const other of others) await deleteItem(service, other).catch(ignoreGone);
  }

  async delete(name: string, options: SecretOptions = {}): Promise<boolean> {
    checkName(name);
    using service = await this.#open(options);
    const { unlocked, locked } = await searchItems(service, lookupOf(name));
    if (locked.length > 0) await unlockIfAllowed(service, locked, options);
    const items = [...unlocked, ...locked];
    if (items.length === 0) await throwIfLocked(service);
    for (const item of items) await deleteItem(service, item);
    return items.length > 0;
  }

  async list(options: SecretOptions = {}): Promise<string[]> {
    using service = await this.#open(options);
    const { unlocked } = await searchItems(service, lookupOf());
    if (unlocked.length === 0) await throwIfLocked(service);
    const names = await Promise.all(unlocked.map((item) => nameOf(service, item)));
    return [...new Set(names.filter((name) => name !== undefined).filter(isSecretName))].sort();
  }

  /** Whether it has a secret of that name, locked or not; a locked keyring need not tell. */
  async has(name: string, options: SecretOptions = {}): Promise<boolean> {
    checkName(name);
    using service = await this.#open(options);
    const { unlocked, locked } = await searchItems(service, lookupOf(name));
    return unlocked.length + locked.length > 0;
  }

  /** Has the user asked to unlock the collection that new secrets go to, and those that have one of ours. */
  async unlock(options: SecretOptions = {}): Promise<void> {
    using service = await this.#open(options);
    const { locked } = await searchItems(service, lookupOf());
    await unlock(service, [await defaultCollection(service), ...locked]);
  }

  /** Never asks the user anything. Rejects with the signal's reason only. */
  async status({ signal }: Pick<SecretOptions, "signal"> = {}): Promise<KeyringStatus> {
    try {
      using service = await this.#open({ signal });
      const locked = await isLocked(service, await defaultCollection(service));
      return locked
        ? { state: "locked", detail: "The keyring is locked" }
        : { state: "available", detail: "The keyring is unlocked" };
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      return { state: error.code === "locked" ? "locked" : "absent", detail: error.message };
    }
  }

  #open(options: SecretOptions): Promise<SecretService> {
    return SecretService.open({ ...this.#options, ...options });
  }
}

async function unlockIfAllowed(
  service: SecretService,
  paths: readonly string[],
  { mayPrompt = false }: SecretOptions,
): Promise<void> {
  if (!mayPrompt) throw lockedKeyring();
  await unlock(service, paths);
}

async function throwIfLocked(service: SecretService): Promise<undefined> {
  if (await isLocked(service, await defaultCollection(service))) throw lockedKeyring();
  return undefined;
}

/** What could not be deleted counts less than what is kept: the newest of them is read. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof SecretError)) throw error;
}
