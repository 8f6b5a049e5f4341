import type { ConfigFile } from "../config/config_file.ts";
import type { ConfigInput } from "../config/schema.ts";
import type { SecretHome } from "../state/secrets.ts";

/** Where the files of a migration are. */
export interface MigrationPaths {
  /** The predecessor's `connection_config.json`. */
  oldFile: string;
  configFile: string;
  stateDir: string;
}

/** What is known of a file without reading it; links are followed. */
export interface FileFacts {
  /** Permission bits. */
  mode: number;
  uid: number | null;
  size: number;
  mtimeMs: number;
  isFile: boolean;
}

/** The files that a migration reads and writes. All reject when something cannot be done. */
export interface MigrationFiles {
  /** `undefined`: there is no such file. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** At most 1 MiB of UTF-8, a byte order mark included. */
  read(path: string): Promise<string>;
  makePrivate(path: string): Promise<void>;
  /** Replaces the file as a whole, its mode 0600. */
  write(path: string, text: string): Promise<void>;
  /** The same for a file that is not there; rejects with `Deno.errors.AlreadyExists` when it is, also at the last moment. */
  create(path: string, text: string): Promise<void>;
  readConfig(path: string): Promise<ConfigFile>;
  /** Changes a configuration that is there, checked by its schema. */
  changeConfig(path: string, change: (draft: ConfigInput) => void): Promise<void>;
}

/** The homes of secrets. All reject with a `SecretError`, or when there was no answer in time. */
export interface TokenVault {
  /** From the keyring, else the file; `undefined`: it is in neither. */
  read(name: string): Promise<{ value: string; home: SecretHome } | undefined>;
  /** Where it is kept now. */
  keep(name: string, value: string): Promise<SecretHome>;
  /** Where one would be kept, for a dry run; nothing is changed and nobody asked. */
  place(): Promise<SecretHome>;
}

export interface MigrationPorts {
  files: MigrationFiles;
  vault: TokenVault;
  /** Our own user's number, as files that we make have it; `null`: it is not known, and nothing is changed anyway. */
  ownUid: number | null;
}
