import { dirname } from "@std/path/posix/dirname";
import { resolvePaths } from "../config/paths.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import type { LoginEntry } from "./check.ts";

const entryName = "autostart/cloudtolocalllm.desktop";
const unitName = "cloudtolocalllm.service";

/** What is in force of the program's start at login, by the files that say so. Never rejects. */
export async function seeLoginEntries(env: (name: string) => string | undefined): Promise<LoginEntry[]> {
  const configHome = dirname(dirname(resolvePaths(env).configFile));
  const entries = await Promise.all([xdgEntry(configHome, env), systemdEntry(configHome)]);
  return entries.filter((entry) => entry !== undefined);
}

/** Desktop Application Autostart Specification 0.5: the user's file stands before those of the system. */
async function xdgEntry(
  configHome: string,
  env: (name: string) => string | undefined,
): Promise<LoginEntry | undefined> {
  const system = (env("XDG_CONFIG_DIRS") || "/etc/xdg").split(":").filter((path) => path.startsWith("/"));
  const files = [configHome, ...system].map((folder) => `${folder}/${entryName}`);
  const texts = await Promise.all(files.map((file) => readSmallTextFile(file).catch(() => undefined)));
  const index = texts.findIndex((text) => text !== undefined);
  if (index < 0) return undefined;
  const text = texts[index]!;
  const program = isSwitchedOn(text) ? programOf(text) : undefined;
  if (program === undefined) return undefined;
  const isRemovable = index === 0 && texts.filter((text) => text !== undefined).length === 1;
  return { kind: "xdg", file: files[index], program, isProgramThere: await isThere(program), isRemovable };
}

/** Enabled is what a folder `….wants` links to (systemd.unit(5)); a link to nowhere starts nothing. */
async function systemdEntry(configHome: string): Promise<LoginEntry | undefined> {
  for (const folder of [`${configHome}/systemd/user`, "/etc/systemd/user"]) {
    const entry = await linkIn(folder);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

async function linkIn(folder: string): Promise<LoginEntry | undefined> {
  const names = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  for (const { name } of names) {
    const file = `${folder}/${name}/${unitName}`;
    const isLink = /\.(wants|requires)$/.test(name) && await Deno.lstat(file).then(() => true, () => false);
    if (!isLink) continue;
    const text = await readSmallTextFile(file).catch(() => "");
    const program = /^ExecStart\s*=\s*[-@:+!]*(?:"([^"]+)"|(\S+))/m.exec(text)?.slice(1).find((word) => word);
    const isProgramThere = program !== undefined && await isThere(program);
    return { kind: "systemd", file, program, isProgramThere, isRemovable: true };
  }
  return undefined;
}

function isSwitchedOn(text: string): boolean {
  return !/^(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/m.test(text);
}

/** TryExec, else the first word of Exec. */
function programOf(text: string): string | undefined {
  const value = (key: string) => new RegExp(`^${key}\\s*=\\s*(.*?)\\s*$`, "m").exec(text)?.[1];
  const exec = /^(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(value("Exec") ?? "");
  return value("TryExec") || exec?.[1]?.replaceAll(/\\+(.)/g, "$1") || exec?.[2];
}

/** A name without a path is looked up by the session, which is taken to find it. */
async function isThere(program: string): Promise<boolean> {
  if (!program.startsWith("/")) return true;
  return await Deno.stat(program).then(({ isFile }) => isFile, () => false);
}
