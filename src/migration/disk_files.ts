import { writeAtomic } from "../config/atomic_file.ts";
import { readConfigFile } from "../config/config_file.ts";
import { ConfigStore } from "../config/config_store.ts";
import { readSmallFile } from "../config/small_file.ts";
import type { Clock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import type { FileFacts, MigrationFiles } from "./ports.ts";

/** The real files. */
export function diskFiles({ clock }: { clock: Clock }): MigrationFiles {
  return {
    facts: factsOf,
    read: async (path) => {
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      const bytes = await readSmallFile(path);
      try {
        return decoder.decode(bytes);
      } catch {
        throw new Error("it is not text in UTF-8");
      }
    },
    makePrivate: (path) => Deno.chmod(path, 0o600),
    write: (path, text) => writeAtomic(path, text),
    create: async (path, text) => {
      try {
        await writeAtomic(path, text, { rename: linkInPlace });
      } catch (error) {
        throw error instanceof Error && error.cause instanceof Deno.errors.AlreadyExists ? error.cause : error;
      }
    },
    readConfig: readConfigFile,
    changeConfig: async (path, change) => {
      await using store = await ConfigStore.open({ path, mustExist: true, log: silentLog, clock, watch: false });
      await store.modify(change);
    },
  };
}

/** Facts of a file, its links followed; `undefined` where there is none. */
export async function factsOf(path: string): Promise<FileFacts | undefined> {
  try {
    const { mode, uid, size, mtime, isFile } = await Deno.stat(path);
    return { mode: (mode ?? 0) & 0o777, uid, size, mtimeMs: mtime?.getTime() ?? 0, isFile };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** As a rename, but never over a file that is there: a link to a name that is taken fails, whoever took it last. */
async function linkInPlace(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || await factsOf(to) !== undefined) throw error;
    // A file system without links (FAT, some in user space): the moment between look and rename is what is left.
    return await Deno.rename(from, to);
  }
  await Deno.remove(from);
}
