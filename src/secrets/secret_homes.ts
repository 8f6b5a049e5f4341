import type { Clock } from "../core/clock.ts";
import { FileSecrets } from "./file_secrets.ts";
import { sessionKeyring } from "./keyring/connect_keyring.ts";
import { KeyringSecrets } from "./keyring/keyring_secrets.ts";
import { watchKeyring } from "./keyring/keyring_watch.ts";

/** The homes that can keep something. */
export interface SecretHomes {
  keyring: Pick<KeyringSecrets, "get" | "set" | "delete" | "list" | "has" | "unlock" | "status">;
  file: FileSecrets;
  /** As {@linkcode watchKeyring}. */
  watchKeyring(signal: AbortSignal, onChange: () => void): Promise<void>;
}

export interface SecretHomesOptions {
  env: (name: string) => string | undefined;
  clock: Clock;
  /** Where the file is. */
  file: string;
}

/** The homes of this session and this user. */
export function openSecretHomes({ env, clock, file }: SecretHomesOptions): SecretHomes {
  const connect = sessionKeyring({ env, clock });
  return {
    keyring: new KeyringSecrets({ connect, clock }),
    file: new FileSecrets(file),
    watchKeyring: (signal, onChange) =>
      // Without an address there is nothing to wait for: a session does not get another environment.
      hasBus(env) ? watchKeyring({ connect, clock, signal }, onChange) : Promise.resolve(),
  };
}

function hasBus(env: (name: string) => string | undefined): boolean {
  return Boolean(env("DBUS_SESSION_BUS_ADDRESS") || env("XDG_RUNTIME_DIR"));
}
