import { dirname } from "@std/path/posix/dirname";
import { resolve } from "@std/path/posix/resolve";
import { messageOf } from "../core/errors.ts";

export interface WriteAtomicOptions {
  /** Permission bits of the file. Default: its owner alone may read and write it. */
  mode?: number;
  /** Whether the target of a symbolic link is replaced, and not the link. Default: yes. */
  followLink?: boolean;
  /** How old what a killed write has left must be to be taken away, in ms; 0 takes what is being written, too. */
  leftoverAfterMs?: number;
  /** Puts the finished file in its place; for tests of what happens when that fails. */
  rename?: (from: string, to: string) => Promise<void>;
}

/**
 * Replaces a file as a whole: who reads it sees the old text or the new one, also after a crash. Missing folders are
 * made for their owner alone. A symbolic link stays and its target is replaced, for people who keep their
 * configuration elsewhere and link it. What a write that was killed has left beside the file goes.
 *
 * Throws when it cannot be written; the old file is then as it was and nothing is left beside it.
 */
export async function writeAtomic(path: string, text: string, options: WriteAtomicOptions = {}): Promise<void> {
  const { mode = 0o600, followLink = true, leftoverAfterMs = longestWriteMs, rename = Deno.rename } = options;
  try {
    const target = followLink ? await linkTarget(path) : resolve(path);
    await Deno.mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await removeLeftovers(target, leftoverAfterMs);
    await replace(target, text, { mode, rename });
  } catch (cause) {
    throw new Error(`Cannot write ${path}: ${reasonOf(cause, path)}`, { cause });
  }
}

/** Where a path leads after its last part's links; the end of them need not exist. */
export async function linkTarget(path: string): Promise<string> {
  let target = resolve(path);
  for (let hops = 0; hops < 40; hops++) {
    if (!await isLink(target)) return target;
    target = resolve(dirname(target), await Deno.readLink(target));
  }
  throw new Error("its symbolic links lead in a circle");
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function replace(
  target: string,
  text: string,
  options: Required<Pick<WriteAtomicOptions, "mode" | "rename">>,
): Promise<void> {
  const temporary = `${target}.${crypto.randomUUID()}.tmp`;
  try {
    await writeNew(temporary, text, options.mode);
    await options.rename(temporary, target);
  } catch (error) {
    // It may never have been made; what counts is the first error.
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** A write takes milliseconds; a temporary file that is older belongs to none that still runs. */
const longestWriteMs = 60_000;
const temporaryEnd = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Takes away what earlier writes of this file have left; what cannot be taken away stays. */
async function removeLeftovers(target: string, afterMs: number): Promise<void> {
  const folder = dirname(target);
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const path = resolve(folder, name);
      if (!isFile || !path.startsWith(target) || !temporaryEnd.test(path.slice(target.length))) continue;
      const { mtime } = await Deno.lstat(path);
      if (mtime !== null && Date.now() - mtime.getTime() >= afterMs) await Deno.remove(path);
    }
  } catch {
    // Another write may have taken it away; the write that follows says what is wrong with the folder.
  }
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  using file = await Deno.open(path, { createNew: true, write: true, mode });
  // The umask may have taken bits away; and this comes before the text, so that nobody else ever reads it.
  await Deno.chmod(path, mode);
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  await file.sync();
}

function reasonOf(error: unknown, path: string): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const folder = dirname(resolve(path));
  if (code === "EACCES" || code === "EPERM") return `the folder ${folder} is not writable (permission denied)`;
  if (code === "EROFS") return `the folder ${folder} is on a read-only file system`;
  if (code === "ENOSPC" || code === "EDQUOT") return `no space is left for ${folder}`;
  if (code === "ENOTDIR") return `${folder} is not a folder`;
  return messageOf(error);
}
