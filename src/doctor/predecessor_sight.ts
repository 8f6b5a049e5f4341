import { dirname } from "@std/path/posix/dirname";
import { resolvePaths } from "../config/paths.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import type { Clock } from "../core/clock.ts";
import { seePortFile } from "./port_file_sight.ts";

/** What is on this machine of the program that this one replaces. */
export interface PredecessorSight {
  /** Its systemd user unit. */
  unit: { enabledBy: readonly string[]; isActive: boolean } | null;
  /** Entries that start it at login. */
  autostart: readonly { file: string }[];
  /** It answers here; never our own app link. */
  link: { port: number } | null;
  processes: readonly { pid: number; program: string }[];
  /** Its settings; `null`: there are none. */
  settings: string | null;
}

export const oldUnit = "cloudtolocalllm-tray.service";
/** Programs of the predecessor that stay in the background. */
const oldProgram = /cloudtolocalllm-(enhanced-)?tray|enhanced_tray_daemon\.py/;

/** Looks for it by the files that it leaves; changes nothing and never rejects. */
export async function seePredecessor(
  env: (name: string) => string | undefined,
  { clock }: { clock: Clock },
): Promise<PredecessorSight> {
  const home = env("HOME");
  const configHome = dirname(dirname(resolvePaths(env).configFile));
  const portFile = await seePortFile(home, { clock });
  const settings = `${home}/.cloudtolocalllm/connection_config.json`;
  const enabledBy = await unitLinks(`${configHome}/systemd/user`);
  return {
    unit: enabledBy.length > 0 ? { enabledBy, isActive: false } : null,
    autostart: await autostartEntries(`${configHome}/autostart`),
    link: portFile.kind === "predecessor" ? { port: portFile.port } : null,
    processes: [],
    settings: await isThere(settings) ? settings : null,
  };
}

async function unitLinks(folder: string): Promise<string[]> {
  const links: string[] = [];
  for (const name of await namesIn(folder)) {
    const link = `${folder}/${name}/${oldUnit}`;
    if (name.endsWith(".wants") && await Deno.lstat(link).then(() => true, () => false)) links.push(link);
  }
  return links;
}

async function autostartEntries(folder: string): Promise<{ file: string }[]> {
  const entries: { file: string }[] = [];
  for (const name of await namesIn(folder)) {
    if (!/^cloudtolocalllm.*\.desktop$/.test(name)) continue;
    const text = await readSmallTextFile(`${folder}/${name}`).catch(() => "");
    const isOff = /^(Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/m.test(text);
    const exec = /^Exec\s*=(.*)$/m.exec(text)?.[1] ?? "";
    if (!isOff && oldProgram.test(exec)) entries.push({ file: `${folder}/${name}` });
  }
  return entries;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
