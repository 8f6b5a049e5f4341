import type { TokenVault } from "../migration/ports.ts";
import type { SecretHomes } from "../secrets/secret_homes.ts";
import { SecretError } from "../state/secrets.ts";

export interface TokenVaultOptions {
  homes: Pick<SecretHomes, "keyring" | "file">;
  /** Whether the user may be asked to unlock the keyring. */
  mayPrompt: boolean;
  /** The user agrees to the file where the keyring cannot be used. */
  insecureFile?: boolean;
  signal?: AbortSignal;
  /** Told each value before it is used, so that it is kept out of logs. */
  hide?: (value: string) => void;
  /** Keeps a value. Default: in the keyring; without one in the file, if that is there, for then its user has agreed. */
  keep?: TokenVault["keep"];
}

/** The homes of secrets as a migration needs them: it reads back what it has kept. */
export function tokenVault(options: TokenVaultOptions): TokenVault {
  const { homes, mayPrompt, insecureFile = false, signal, hide = () => {} } = options;
  const { keep = keepIn(homes, { mayPrompt, signal }) } = options;
  return {
    async read(name) {
      const value = await homes.keyring.get(name, { signal, mayPrompt: mayPrompt && !insecureFile }).catch((error) => {
        if (!insecureFile && !isAbsent(error)) throw error;
        return undefined;
      });
      if (value !== undefined) return { value, home: "keyring" };
      const inFile = await homes.file.get(name, { signal });
      return inFile === undefined ? undefined : { value: inFile, home: "file" };
    },
    keep(name, value) {
      hide(value);
      return keep(name, value);
    },
    async place() {
      const { state, detail } = await homes.keyring.status({ signal });
      if (state === "available" || state === "locked" && !insecureFile) return "keyring";
      const isAgreed = insecureFile || await Deno.stat(homes.file.path).then(() => true, () => false);
      if (isAgreed) return "file";
      throw new SecretError("needs_consent", `${detail}. ${homes.file.path} would not be encrypted; agree to it first`);
    },
  };
}

function keepIn({ keyring, file }: TokenVaultOptions["homes"], options: { mayPrompt: boolean; signal?: AbortSignal }) {
  return async (name: string, value: string) => {
    try {
      await keyring.set(name, value, options);
      return "keyring";
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await file.set(name, value, { signal: options.signal });
      return "file";
    }
  };
}

function isAbsent(error: unknown): boolean {
  return error instanceof SecretError && error.code === "no_keyring";
}
