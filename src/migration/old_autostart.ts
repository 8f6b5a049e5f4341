import { dirname } from "@std/path/posix/dirname";
import { writeAtomic } from "../config/atomic_file.ts";
import { resolvePaths } from "../config/paths.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import { isOldCommand } from "./old_process.ts";

/** An entry by which the session starts the predecessor's tray daemon at login. */
export interface OldAutostart {
  /** Where it lies. */
  file: string;
  /** Where one that switches it off lies: the same file, or the user's own one of the same name. */
  userFile: string;
}

const header = "[Desktop Entry]";

/** Those that are in force: Desktop Application Autostart Specification 0.5, a user's file stands before the system's. */
export async function findOldAutostart(env: (name: string) => string | undefined): Promise<OldAutostart[]> {
  const userFolder = `${dirname(dirname(resolvePaths(env).configFile))}/autostart`;
  const systemFolders = (env("XDG_CONFIG_DIRS") || "/etc/xdg").split(":").filter((path) => path.startsWith("/"));
  const found: OldAutostart[] = [];
  const seen = new Set<string>();
  for (const folder of [userFolder, ...systemFolders.map((path) => `${path}/autostart`)]) {
    for (const name of await entriesIn(folder)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const file = `${folder}/${name}`;
      const text = await readSmallTextFile(file).catch(() => "");
      if (startsPredecessor(text)) found.push({ file, userFile: `${userFolder}/${name}` });
    }
  }
  return found;
}

/** Whether an entry is in force and starts the predecessor's tray daemon. Pure. */
export function startsPredecessor(text: string): boolean {
  const values = entryValues(text);
  if (values.get("Hidden") === "true" || values.get("X-GNOME-Autostart-enabled") === "false") return false;
  return isOldCommand(wordsOf(values.get("Exec") ?? ""));
}

/** Switches an entry off; the user's own file stays, with `Hidden=true` in it, which is how it is switched on again. */
export async function hideOldAutostart({ file, userFile }: OldAutostart): Promise<void> {
  const text = file === userFile
    ? await readSmallTextFile(file)
    : `${header}\nType=Application\nName=CloudToLocalLLM\n`;
  await writeAtomic(userFile, withHidden(text), { mode: 0o644, followLink: false });
}

/** The entry with `Hidden=true` in its first group; no other line changes. Pure. */
export function withHidden(text: string): string {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.trim() === header) + 1;
  const next = lines.findIndex((line, at) => at >= from && line.startsWith("["));
  const end = next < 0 ? lines.length : next;
  const there = lines.findIndex((line, at) => at >= from && at < end && /^Hidden\s*=/.test(line));
  if (there >= 0) lines[there] = "Hidden=true";
  else lines.splice(from, 0, "Hidden=true");
  return lines.join("\n");
}

/** The keys of the first group. */
function entryValues(text: string): Map<string, string> {
  const [, group = ""] = `\n${text}`.split(`\n${header}`);
  const lines = group.split(/\n\[/)[0].split("\n");
  return new Map(lines.flatMap((line) => {
    const match = /^([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line);
    return match ? [[match[1], match[2]] as const] : [];
  }));
}

/** The words of an Exec, as far as a program's path needs it: in double quotes a blank belongs to the word. */
function wordsOf(exec: string): string[] {
  return (exec.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"|"$/g, ""));
}

async function entriesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".desktop")) names.push(name);
  } catch {
    // There is none, or it is not for us to read.
  }
  return names.sort();
}
