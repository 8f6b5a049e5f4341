import { dirname } from "@std/path/posix/dirname";
import { UsageDatabase } from "./usage_database.ts";
import { checkedVersion, migrate, schemaVersion } from "./usage_schema.ts";

/** How long a write waits for another daemon's, in ms: nobody is served meanwhile. */
const lockWaitMs = 25;
/** KiB of the file that SQLite keeps in memory. */
const cacheKb = 512;

/**
 * Opens the record of use, made if there is none: the file is its user's alone. Throws what SQLite or the file system
 * says, and `UnfitDatabase`.
 */
export async function openUsage(path: string): Promise<UsageDatabase> {
  const { DatabaseSync } = await import("node:sqlite");
  await provideFile(path);
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${lockWaitMs}; PRAGMA cache_size = -${cacheKb}`);
    // Asked first, for a newer version's file stays as it is. Only an empty file can take the option.
    if (checkedVersion(db) === 0) db.exec("PRAGMA auto_vacuum = INCREMENTAL");
    // A process that is killed loses no transaction by this, a machine that loses its power the last ones at most.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304");
    migrate(db);
    return new UsageDatabase(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The same to be read only; nothing is made or changed. `undefined` when there is no file. */
export async function openUsageToRead(path: string): Promise<UsageDatabase | undefined> {
  if (!await Deno.stat(path).catch(ignoreNotFound)) return undefined;
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
    if (checkedVersion(db) === schemaVersion) return new UsageDatabase(db);
    db.close();
    return undefined;
  } catch (error) {
    db.close();
    throw error;
  }
}

async function provideFile(path: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    using _file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    const { mode, isFile } = await Deno.lstat(path);
    // What it leads to is not ours to change.
    if (!isFile) throw new Error("it is no file but a link or a folder; move it away");
    // SQLite gives its other files the mode of this one.
    if (mode !== null && (mode & 0o077) !== 0) await Deno.chmod(path, 0o600);
  }
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
