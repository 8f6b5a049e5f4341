import { resolvePaths } from "../config/paths.ts";
import type { KeyringStatus, SecretHome, SecretStatus } from "../state/secrets.ts";
import { connectToDaemon, type DaemonClient } from "./daemon_client.ts";
import { DaemonRefused } from "./daemon_refused.ts";
import type { Io } from "./io.ts";

export interface SecretsReport {
  keyring: KeyringStatus;
  /** Where the file is that keeps secrets without a keyring. */
  file: string;
  secrets: SecretStatus[];
}

/** Secrets as the command line reaches them: through the daemon, or without it. Close it after use. */
export interface SecretsAccess extends AsyncDisposable {
  list(): Promise<SecretsReport>;
  /** Where it is kept now. */
  set(
    name: string,
    value: string,
    options: { insecureFile: boolean },
  ): Promise<{ home: SecretHome; file: string | null }>;
  /** `false`: there was none. */
  clear(name: string): Promise<boolean>;
}

/** Through the running daemon, so that a change is in use at once; where none runs, on the homes themselves. */
export async function openSecrets(io: Io): Promise<SecretsAccess> {
  try {
    const daemon = await connectToDaemon(io);
    try {
      // A daemon that was killed leaves its file.
      await daemon.control("mode");
      return throughDaemon(daemon);
    } catch (error) {
      daemon[Symbol.dispose]();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "DaemonNotRunning") throw error;
    return await withoutDaemon(io);
  }
}

function throughDaemon(daemon: DaemonClient): SecretsAccess {
  // The user may have to unlock the keyring meanwhile.
  const timeoutMs = null;
  return {
    list: async () => await daemon.control("secrets", { timeoutMs }) as SecretsReport,
    set: async (name, value, { insecureFile }) => {
      const body = { value, insecureFile };
      const kept = await daemon.control(`secrets/${name}`, { method: "PUT", body, timeoutMs });
      return kept as { home: SecretHome; file: string | null };
    },
    clear: async (name) => {
      try {
        await daemon.control(`secrets/${name}`, { method: "DELETE", timeoutMs });
        return true;
      } catch (error) {
        if (error instanceof DaemonRefused && error.status === 404) return false;
        throw error;
      }
    },
    [Symbol.asyncDispose]() {
      daemon[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

async function withoutDaemon(io: Io): Promise<SecretsAccess> {
  const { openSecretsAlone } = await import("../app/secrets_alone.ts");
  const alone = await openSecretsAlone({ env: io.env, paths: resolvePaths(io.env), clock: io.clock });
  const { commands } = alone;
  return {
    list: async () => ({ keyring: await commands.keyring(), file: commands.file, secrets: await commands.list() }),
    set: async (name, value, options) => {
      const home = await commands.set(name, value, options);
      return { home, file: home === "file" ? commands.file : null };
    },
    clear: (name) => commands.delete(name),
    [Symbol.asyncDispose]: () => alone[Symbol.asyncDispose](),
  };
}
