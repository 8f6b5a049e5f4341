import { notSet, type SecretCommands, SecretError, type SecretHome, type SecretStatus } from "../state/secrets.ts";
import { checkName, valueToKeep } from "./checked.ts";
import { EnvSecrets, readOnly } from "./env_secrets.ts";
import type { SecretHomes } from "./secret_homes.ts";
import type { SecretKeeper } from "./secret_keeper.ts";

export interface SecretCommandsOptions {
  keeper: SecretKeeper;
  homes: SecretHomes;
  env: (name: string) => string | undefined;
}

/** Names of what a home has, without a keyring or file that cannot be listed now. */
type Lister = { list(options: { signal?: AbortSignal }): Promise<string[]> };

/** What users may do with secrets, carried out on the homes and told to the keeper. */
export function createSecretCommands({ keeper, homes, env }: SecretCommandsOptions): SecretCommands {
  const { keyring, file } = homes;
  const environment = new EnvSecrets({ env, names: () => keeper.uses.map(({ name }) => name) });
  return {
    file: file.path,
    async list({ signal } = {}) {
      const listed = [environment, keyring, file].map((store) => namesIn(store, signal));
      const [ofEnvironment, ofKeyring, ofFile] = await Promise.all(listed);
      const names = new Set([...keeper.uses.map(({ name }) => name), ...ofEnvironment, ...ofKeyring, ...ofFile]);
      const homeOf = (name: string): SecretHome | null => {
        if (keeper.isInEnvironment(name)) return "environment";
        if (keeper.isInMemory(name)) return "memory";
        return keeper.held(name)?.home ?? (ofKeyring.has(name) ? "keyring" : ofFile.has(name) ? "file" : null);
      };
      return [...names].sort().map((name) => statusOf(name, homeOf(name), keeper));
    },
    keyring: (options) => keyring.status(options),
    async set(name, value, { insecureFile = false, signal } = {}) {
      checkName(name);
      const kept = valueToKeep(value);
      if (keeper.isInEnvironment(name)) throw readOnly(name);
      // Errors on the way may quote it.
      keeper.hide(kept);
      const home = await keep(homes, { name, value: kept, insecureFile, signal });
      keeper.changed(name, { value: kept, home });
      return home;
    },
    async delete(name, { signal } = {}) {
      checkName(name);
      if (keeper.isInEnvironment(name)) throw readOnly(name);
      const wasInMemory = keeper.isInMemory(name);
      const wasInFile = await file.delete(name, { signal });
      if (wasInFile || wasInMemory) keeper.changed(name, undefined);
      const wasInKeyring = await keyring.delete(name, { signal, mayPrompt: true }).catch(ignoreAbsent);
      keeper.changed(name, undefined);
      return wasInFile || wasInKeyring || wasInMemory;
    },
    async unlock(signal) {
      await keyring.unlock({ signal, mayPrompt: true });
      await keeper.lookAgain({ mayStart: true });
    },
  };
}

interface Keeping {
  name: string;
  value: string;
  insecureFile: boolean;
  signal?: AbortSignal;
}

/** To the keyring, else, where the user agrees, to the file. Only one of them has it afterwards. */
async function keep({ keyring, file }: SecretHomes, options: Keeping): Promise<SecretHome> {
  const { name, value, insecureFile, signal } = options;
  try {
    // Who agrees to the file is not asked for the keyring's password.
    await keyring.set(name, value, { signal, mayPrompt: !insecureFile });
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    if (error.code !== "no_keyring" && !insecureFile) throw error;
    // What the keyring has would count more than the file.
    if (error.code !== "no_keyring" && await keyring.has(name, { signal }).catch(() => true)) throw error;
    await file.set(name, value, { insecureFile, signal }).catch((refused) => {
      throw refused instanceof SecretError && refused.code === "needs_consent" ? withReason(refused, error) : refused;
    });
    return "file";
  }
  // It was kept: a file that cannot be used is told where it is read.
  await file.delete(name).catch(() => {});
  return "keyring";
}

/** Why there is no keyring, and what the user would agree to. */
function withReason(refused: SecretError, { message }: SecretError): SecretError {
  return new SecretError("needs_consent", `${message}. ${refused.message}`, { cause: refused });
}

function statusOf(name: string, home: SecretHome | null, keeper: SecretKeeper): SecretStatus {
  const uses = keeper.uses.filter((use) => use.name === name);
  return {
    name,
    home,
    usedBy: uses.map(({ by }) => by),
    problem: uses.some(({ isNeeded }) => isNeeded) ? problemOf(name, keeper) : null,
  };
}

function problemOf(name: string, keeper: SecretKeeper): string | null {
  try {
    if (keeper.get(name) !== undefined) return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { problem } = keeper.held(name) ?? {};
  return problem && problem.code !== "no_keyring" ? problem.message : notSet;
}

async function namesIn(store: Lister, signal: AbortSignal | undefined): Promise<Set<string>> {
  try {
    return new Set(await store.list({ signal }));
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return new Set();
  }
}

function ignoreAbsent(error: unknown): false {
  if (error instanceof SecretError && error.code === "no_keyring") return false;
  throw error;
}
