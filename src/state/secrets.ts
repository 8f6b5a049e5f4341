/** Where a secret is kept, in the order in which they are asked; `memory`: in the running daemon alone, until it ends. */
export type SecretHome = "environment" | "keyring" | "file" | "memory";

/** What is known of one secret; never its value. */
export interface SecretStatus {
  name: string;
  /** The home whose value counts; `null`: it was found in none. */
  home: SecretHome | null;
  /** Who names it in the configuration: ids of backends, also of those that are off, and `listen.clientKey`. */
  usedBy: string[];
  /** Why it cannot be used, as a sentence; `null` when all is well, or when nobody needs it. {@linkcode notSet}: it is nowhere. */
  problem: string | null;
}

/** What is wrong with a secret that is needed and was never set. */
export const notSet = "It is not set";

/** `absent`: there is none that can be used, and `detail` says why. */
export interface KeyringStatus {
  state: "available" | "locked" | "absent";
  /** A sentence about it. */
  detail: string;
}

/**
 * `no_keyring`: there is none on this machine; `locked`: it has to be unlocked first; `dismissed`: the user closed its
 * question; `read_only`: the environment has the secret; `invalid`: no such name or value can be kept; `needs_consent`:
 * only the file is left, and the user did not agree to it; `failed`: a home did not do what it should.
 */
export type SecretErrorCode =
  | "no_keyring"
  | "locked"
  | "dismissed"
  | "read_only"
  | "invalid"
  | "needs_consent"
  | "failed";

/** Why a secret could not be read or kept. The message is for the user and holds no value. */
export class SecretError extends Error {
  override readonly name = "SecretError";
  readonly code: SecretErrorCode;

  constructor(code: SecretErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface SetSecretOptions {
  /** The user agrees to the file where there is no keyring; it is not encrypted. */
  insecureFile?: boolean;
  signal?: AbortSignal;
}

/**
 * What users may do with secrets, from wherever they do: command line, page, control API. Values go in and never come
 * out. All reject with {@linkcode SecretError}, or with the signal's reason.
 */
export interface SecretCommands {
  /** The file that keeps secrets where there is no keyring; it need not exist. */
  readonly file: string;
  /** Every secret that the configuration names or a home has, by name. */
  list(options?: { signal?: AbortSignal }): Promise<SecretStatus[]>;
  keyring(options?: { signal?: AbortSignal }): Promise<KeyringStatus>;
  /** Keeps a value, asking the user to unlock the keyring if need be; where it is kept now. In use at once. */
  set(name: string, value: string, options?: SetSecretOptions): Promise<SecretHome>;
  /** Forgets a value wherever it is kept; `false`: it was nowhere. */
  delete(name: string, options?: { signal?: AbortSignal }): Promise<boolean>;
  /** Has the user asked to unlock the keyring. */
  unlock(signal?: AbortSignal): Promise<void>;
}
