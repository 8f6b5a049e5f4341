import { writeAtomic } from "../config/atomic_file.ts";
import type { ConfigStore } from "../config/config_store.ts";
import { type BackendConfig, type ConfigInput, defaultBackends } from "../config/schema.ts";
import { secretValue } from "../config/secret_value.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { within } from "../core/within.ts";
import { type SecretCommands, SecretError } from "../state/secrets.ts";

type BackendInput = NonNullable<ConfigInput["backends"]>[number];

/** Where the predecessor's cloud is, for who has none set up. */
const cloudUrl = "https://api.cloudtolocalllm.online";
/** Of the backend that is made, and of its token. */
const name = "cloudtolocalllm";
/** How long an answer waits for the keyring, in ms: it may ask its user first. */
const keepWithinMs = 2_000;

/** Tokens as they are in use. */
export interface TokenMemory {
  /** The one in use; `undefined`: there is none, or it cannot be used. */
  current(name: string): string | undefined;
  /** Has it used from now on, until the daemon ends or a home keeps it. */
  hold(name: string, value: string): void;
  /** Lets go of one that no home keeps. */
  forget(name: string): void;
}

export interface CloudSignInOptions {
  configStore: Pick<ConfigStore, "config" | "modify">;
  secrets: Pick<SecretCommands, "set" | "list">;
  memory: TokenMemory;
  /** There while the app has switched the cloud off. */
  signedOutFile: string;
  /** Aborted when the daemon stops: nobody is asked for the keyring's password any more. */
  signal: AbortSignal;
  clock: Clock;
  log: Log;
}

/**
 * What `UPDATE_AUTH_TOKEN` does: the token of the backend of kind `cloudtolocalllm`. It is in use at once, and kept where
 * secrets are; where that may not be, it is held in memory.
 */
export class CloudSignIn {
  readonly #options: CloudSignInOptions;
  #last: Promise<unknown> = Promise.resolve();
  /** One question of the keyring at a time. */
  #keeping: Promise<unknown> = Promise.resolve();

  constructor(options: CloudSignInOptions) {
    this.#options = options;
  }

  /** Empty: signed out. Rejects with words for the user that do not hold it. One after the other. */
  set(token: string): Promise<void> {
    const done = this.#last.then(() => this.#set(token));
    this.#last = done.catch(() => {});
    return done;
  }

  async #set(token: string): Promise<void> {
    const value = secretValue(token, "the app's token");
    if (value === undefined) return await this.#signOut();
    const backend = this.#cloud();
    const secret = backend?.secret ?? name;
    // An app repeats it at each of its starts.
    if (backend?.enabled && backend.secret === secret && this.#options.memory.current(secret) === value) return;
    const isToBeOn = !backend || backend.enabled || !await this.#isOffByUser(backend);
    this.#options.memory.hold(secret, value);
    if (!backend) await this.#add();
    else if (backend.enabled !== isToBeOn || backend.secret === null) await this.#change({ enabled: isToBeOn, secret });
    if (isToBeOn) await this.#forgetSignOut();
    else this.#options.log.info("The app has signed in, but its cloud stays switched off", { backend: backend!.id });
    await this.#keep(secret, value);
  }

  async #signOut(): Promise<void> {
    const backend = this.#cloud();
    if (!backend?.enabled) return;
    await writeAtomic(this.#options.signedOutFile, "");
    await this.#change({ enabled: false });
    if (backend.secret !== null) this.#options.memory.forget(backend.secret);
  }

  #cloud(): Readonly<BackendConfig> | undefined {
    const clouds = this.#options.configStore.config.backends.filter(({ kind }) => kind === "cloudtolocalllm");
    return clouds.find(({ enabled }) => enabled) ?? clouds[0];
  }

  /** A cloud that has a token and is off was switched off by its user, unless the app did that. */
  async #isOffByUser({ secret }: Readonly<BackendConfig>): Promise<boolean> {
    if (secret === null || await exists(this.#options.signedOutFile)) return false;
    const known = (await this.#options.secrets.list()).find((one) => one.name === secret);
    return known !== undefined && known.home !== null;
  }

  async #forgetSignOut(): Promise<void> {
    await Deno.remove(this.#options.signedOutFile).catch(() => {});
  }

  async #add(): Promise<void> {
    await this.#options.configStore.modify((draft) => {
      // A file without backends means the defaults; to add one to them all must be written.
      draft.backends ??= structuredClone(defaultBackends);
      draft.backends.push({
        id: freeId(draft.backends),
        kind: "cloudtolocalllm",
        url: cloudUrl,
        location: "cloud",
        secret: name,
      });
    });
  }

  async #change(changes: Partial<BackendInput>): Promise<void> {
    const id = this.#cloud()?.id;
    await this.#options.configStore.modify((draft) => {
      const backend = draft.backends?.find((one) => one.id === id);
      if (backend) Object.assign(backend, changes);
    });
  }

  /** A keyring that asks its user first goes on without whoever waits here. */
  async #keep(secret: string, value: string): Promise<void> {
    const { secrets, clock, log, signal } = this.#options;
    const keeping = this.#keeping.then(() => secrets.set(secret, value, { signal })).catch((error) => {
      if (error instanceof SecretError && error.code === "read_only") throw error;
      const reason = messageOf(error);
      log.info("The app's token is held until the daemon ends, for it cannot be kept", { secret, reason });
    });
    this.#keeping = keeping.catch(() => {});
    const late = new Error("later");
    await within(keepWithinMs, keeping, { clock, late: () => late }).catch((error) => {
      if (error !== late) throw error;
    });
  }
}

function freeId(backends: readonly BackendInput[]): string {
  const isTaken = (id: string) => backends.some((backend) => backend.id === id);
  for (let count = 1;; count++) {
    const id = count === 1 ? name : `${name}-${count}`;
    if (!isTaken(id)) return id;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
