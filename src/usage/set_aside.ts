import { dirname } from "@std/path/posix/dirname";

/** So many damaged files are kept; an older one goes when another comes. */
const keptFiles = 3;
const mark = ".damaged-";

/** Puts a damaged database, with what was not merged into it yet, under another name beside it; that name. */
export async function setAside(path: string, now: number): Promise<string> {
  const time = new Date(now).toISOString().replace(/\..*/, "").replaceAll(":", "-");
  const aside = `${path}${mark}${time}`;
  // First, so that the next database does not take it for its own.
  await Deno.rename(`${path}-wal`, `${aside}-wal`).catch(ignoreNotFound);
  await Deno.rename(path, aside);
  await Deno.remove(`${path}-shm`).catch(ignoreNotFound);
  const older = (await filesAside(path)).slice(keptFiles);
  for (const one of older) await removeAside(one);
  return aside;
}

/** Takes away every damaged file of this database. */
export async function removeAllAside(path: string): Promise<void> {
  for (const one of await filesAside(path)) await removeAside(one);
}

/** Takes away those that were put aside before a time. */
export async function removeOldAside(path: string, before: number): Promise<void> {
  for (const one of await filesAside(path)) {
    const { mtime } = await Deno.stat(one);
    if (mtime !== null && mtime.getTime() < before) await removeAside(one);
  }
}

async function removeAside(path: string): Promise<void> {
  await Deno.remove(path);
  await Deno.remove(`${path}-wal`).catch(ignoreNotFound);
}

/** The newest first. */
async function filesAside(path: string): Promise<string[]> {
  const folder = dirname(path);
  const found: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const one = `${folder}/${name}`;
    if (isFile && one.startsWith(path + mark) && !one.endsWith("-wal")) found.push(one);
  }
  return found.sort().reverse();
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
