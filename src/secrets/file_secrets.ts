import { dirname } from "@std/path/posix/dirname";
import { writeAtomic } from "../config/atomic_file.ts";
import { ownUid } from "../config/own_uid.ts";
import { isSecretName } from "../config/secret_name.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import { messageOf } from "../core/errors.ts";
import { SecretError } from "../state/secrets.ts";
import { checkName, valueFound, valueToKeep } from "./checked.ts";
import type { SecretOptions, SecretStore } from "./secret_store.ts";

/** What can be read again (src/config/small_file.ts). */
const maxCharacters = 1_048_576;

export interface FileSecretOptions extends SecretOptions {
  /** The user agrees to a file that is not encrypted. */
  insecureFile?: boolean;
}

/**
 * A file that its user alone can read (mode 0600), not encrypted: `{"version": 1, "secrets": {NAME: VALUE}}`. It comes
 * into being only when the user agrees; that it is there says that they did, and with the last secret it goes.
 *
 * A file that others can read, that is not ours or that cannot be understood is neither used nor overwritten.
 */
export class FileSecrets implements SecretStore {
  readonly kind = "file";
  readonly path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  async get(name: string, { signal }: SecretOptions = {}): Promise<string | undefined> {
    checkName(name);
    const secrets = await this.#read();
    signal?.throwIfAborted();
    const text = secrets?.get(name);
    return text === undefined ? undefined : valueFound(text, `the token "${name}" in ${this.path}`);
  }

  async set(name: string, value: string, { insecureFile = false, signal }: FileSecretOptions = {}): Promise<void> {
    checkName(name);
    const kept = valueToKeep(value);
    await this.#inTurn(async () => {
      const secrets = await this.#read();
      signal?.throwIfAborted();
      if (!secrets && !insecureFile) throw this.#needsConsent();
      await this.#write(new Map(secrets ?? []).set(name, kept));
    });
  }

  async delete(name: string, { signal }: SecretOptions = {}): Promise<boolean> {
    checkName(name);
    return await this.#inTurn(async () => {
      const secrets = await this.#read();
      signal?.throwIfAborted();
      if (!secrets?.delete(name)) return false;
      await this.#write(secrets);
      return true;
    });
  }

  async list(): Promise<string[]> {
    return [...(await this.#read())?.keys() ?? []].sort();
  }

  #needsConsent(): SecretError {
    const words = `A secret would lie in ${this.path}, which you alone can read, but which is not encrypted`;
    return new SecretError("needs_consent", `${words}; agree to that first`);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #write(secrets: ReadonlyMap<string, string>): Promise<void> {
    try {
      if (secrets.size === 0) return await Deno.remove(this.path);
      const sorted = Object.fromEntries([...secrets].sort());
      const text = `${JSON.stringify({ version: 1, secrets: sorted }, null, 2)}\n`;
      if (text.length > maxCharacters) throw new SecretError("invalid", `There is no room left in ${this.path}`);
      await writeAtomic(this.path, text, { followLink: false });
    } catch (cause) {
      if (cause instanceof SecretError) throw cause;
      throw new SecretError("failed", messageOf(cause), { cause });
    }
  }

  /** `undefined`: there is no file. */
  async #read(): Promise<Map<string, string> | undefined> {
    try {
      const { isSymlink, mode, uid } = await Deno.lstat(this.path);
      if (isSymlink) throw this.#unfit("it is a symbolic link; put the file itself there");
      const bits = (mode ?? 0) & 0o777;
      if ((bits & 0o077) !== 0) {
        throw this.#unfit(
          `other users may read it (mode ${bits.toString(8)}); correct it with: chmod 600 ${this.path}`,
        );
      }
      if (uid !== await ownUid(dirname(this.path))) throw this.#unfit("it belongs to another user; move it away");
      return this.#parse(await readSmallTextFile(this.path));
    } catch (error) {
      if (error instanceof SecretError) throw error;
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw this.#unfit(messageOf(error), error);
    }
  }

  #parse(text: string): Map<string, string> {
    const json = parseJson(text);
    if (!isObject(json) || json.version !== 1 || !isObject(json.secrets)) {
      throw this.#unfit("it is not what this program writes; correct it, or move it away");
    }
    const secrets = new Map<string, string>();
    for (const [name, value] of Object.entries(json.secrets)) {
      if (!isSecretName(name) || typeof value !== "string") {
        throw this.#unfit("it holds something that is no secret; correct it, or move it away");
      }
      secrets.set(name, value);
    }
    return secrets;
  }

  #unfit(reason: string, cause?: unknown): SecretError {
    return new SecretError("failed", `Cannot use the secrets in ${this.path}: ${reason}`, { cause });
  }
}

/** The parser's own words would quote the file. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
