import { resolvePaths } from "../config/paths.ts";
import type { Clock } from "../core/clock.ts";
import { diskFiles } from "../migration/disk_files.ts";
import { readMarker } from "../migration/marker.ts";
import { lockMigration } from "../migration/migration_lock.ts";
import { oldFileOf } from "../migration/old_file.ts";
import type { TokenVault } from "../migration/ports.ts";
import type { MigrationReport } from "../migration/report.ts";
import { takeOver, type TakeOverOptions } from "../migration/take_over.ts";
import { secretFile } from "../secrets/secret_file.ts";
import { openSecretHomes } from "../secrets/secret_homes.ts";
import { tokenVault } from "./token_vault.ts";

export interface MigrateOptions extends Pick<TakeOverOptions, "isDryRun" | "merge" | "replaceToken" | "onStep"> {
  env: (name: string) => string | undefined;
  clock: Clock;
  /** The user agrees to a file for the token where the keyring cannot be used. */
  insecureFile: boolean;
  /** Keeps a token where the user wants it, such as through a daemon that runs. */
  keep: TokenVault["keep"];
}

/** Takes over from the predecessor when its user says so, who may be asked to unlock the keyring. */
export async function migrate(
  { env, clock, insecureFile, keep, ...options }: MigrateOptions,
): Promise<MigrationReport> {
  const { configFile, stateDir } = resolvePaths(env);
  const oldFile = oldFileOf(env);
  if (oldFile === undefined) throw new Error("Cannot find your home folder: HOME is not set to an absolute path");
  const { isDryRun = false } = options;
  const homes = openSecretHomes({ env, clock, file: secretFile(stateDir) });
  const vault = tokenVault({ homes, mayPrompt: !isDryRun, insecureFile, keep });
  using lock = isDryRun ? undefined : await lockOnly(stateDir);
  const marker = await readMarker(stateDir);
  const ports = { files: diskFiles({ clock }), vault, ownUid: lock?.ownUid ?? null };
  return await takeOver(ports, { ...options, paths: { oldFile, configFile, stateDir }, marker });
}

async function lockOnly(stateDir: string) {
  const lock = await lockMigration(stateDir);
  if (!lock) throw new Error("Cannot migrate now: another process does; try again when it has ended");
  return lock;
}
