import { dirname } from "@std/path/posix/dirname";
import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, well } from "../finding.ts";
import { shellWord } from "../shell_word.ts";

/** Whether the program's folders are its user's own, and can be used. */
export const foldersCheck: Check = {
  name: "folders",
  async run(context) {
    const { configFile, stateDir, runtimeDir } = context.paths;
    const folders = [...new Set([dirname(configFile), stateDir, runtimeDir])];
    const uid = await context.uid();
    const sights = await Promise.all(folders.map((folder) => seeFolder(folder, context)));
    const findings = sights.flatMap((sight) => folderFindings(sight, uid));
    return findings.length > 0 ? findings : [well("folders", "The program's folders can be used, and by you alone")];
  },
};

export interface FolderSight {
  path: string;
  /** `missing`: it can be made when it is needed. */
  kind: "folder" | "missing" | "cannot_be_made" | "file";
  /** Permission bits. */
  mode: number;
  owner: number | null;
  /** Whether the system lets us write there. */
  isWritable: boolean;
}

async function seeFolder(path: string, context: DoctorContext): Promise<FolderSight> {
  const info = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return null;
  });
  if (info) {
    return {
      path,
      kind: info.isDirectory ? "folder" : "file",
      mode: (info.mode ?? 0) & 0o777,
      owner: info.uid,
      isWritable: await isWritable(path, context),
    };
  }
  const above = await nearestAbove(path);
  const kind = info === undefined && above !== undefined && await isWritable(above, context)
    ? "missing"
    : "cannot_be_made";
  return { path, kind, mode: 0o700, owner: null, isWritable: false };
}

/** Asks without writing anything; the owner's own bits are looked at apart, for root is let through everywhere. */
async function isWritable(folder: string, { run }: DoctorContext): Promise<boolean> {
  return (await run("test", ["-w", folder, "-a", "-x", folder])).code !== 1;
}

/** The first folder above that is there; `undefined`: a file is in the way. */
async function nearestAbove(path: string): Promise<string | undefined> {
  for (let folder = dirname(path);; folder = dirname(folder)) {
    const info = await Deno.stat(folder).catch(() => undefined);
    if (info) return info.isDirectory ? folder : undefined;
    if (folder === "/") return undefined;
  }
}

/** Pure. `uid`: our own user's; `undefined` where that is not known. */
export function folderFindings(sight: FolderSight, uid: number | undefined): Finding[] {
  const { path, kind, mode, owner } = sight;
  const word = shellWord(path);
  const sudo = uid === 0 ? "" : "sudo ";
  if (kind === "missing") return [];
  if (kind === "cannot_be_made") {
    const run = `${sudo}install -d -o "$(id -u)" -m 700 ${word}`;
    return [found("folder-none", `The folder ${path} is not there, and you may not make it`, { run })];
  }
  if (kind === "file") {
    return [found("not-a-folder", `${path} has to be a folder, and is a file`, { run: `mv ${word} ${word}.old` })];
  }
  const bits = mode.toString(8);
  if (uid !== undefined && owner !== null && owner !== uid) {
    const run = `${sudo}chown -R "$(id -u)" ${word}`;
    return [found("folder-owner", `The folder ${path} belongs to another user (number ${owner})`, { run })];
  }
  if ((mode & 0o300) !== 0o300) {
    const run = `chmod u+rwx ${word}`;
    return [found("folder-locked", `The folder ${path} cannot be written to by you (mode ${bits})`, { run })];
  }
  if (!sight.isWritable) {
    const step = `Find out why with: mount | grep -w ro; the program needs ${path}`;
    return [found("folder-locked", `The folder ${path} cannot be written to`, { step })];
  }
  if ((mode & 0o022) === 0) return [];
  const what = `Other users can write to the folder ${path} (mode ${bits})`;
  return [found("folder-open", what, { run: `chmod go-w ${word}` })];
}
