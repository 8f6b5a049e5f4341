import { dirname } from "@std/path/posix/dirname";
import { resolvePaths } from "../config/paths.ts";
import { factsOf } from "./disk_files.ts";
import type { RunTool } from "./run_tool.ts";

/** The systemd user unit of the predecessor's tray daemon. */
export const oldUnitName = "cloudtolocalllm-tray.service";

export interface OldUnit {
  /** Where it lies; `null`: only its link for the login is left, or systemd knows it from elsewhere. */
  file: string | null;
  /** Links by which systemd starts it with the session. */
  enabledBy: string[];
  isActive: boolean;
}

/** `null`: there is nothing of it. */
export async function findOldUnit(
  env: (name: string) => string | undefined,
  run: RunTool,
): Promise<OldUnit | null> {
  const folders = unitFolders(env);
  const files = folders.map((folder) => `${folder}/${oldUnitName}`);
  const there = await Promise.all(files.map(isThere));
  const file = files.find((_, i) => there[i]) ?? null;
  const enabledBy = (await Promise.all(folders.map(linksIn))).flat();
  if (file === null && enabledBy.length === 0) return null;
  const state = await run("systemctl", ["--user", "is-active", oldUnitName]);
  const isActive = /^(active|activating|reloading)\b/.test(state?.stdout ?? "");
  return { file, enabledBy, isActive };
}

/** systemd.unit(5), "User Unit Search Path": those in which a package, an administrator or a user puts one. */
function unitFolders(env: (name: string) => string | undefined): string[] {
  const configHome = dirname(dirname(resolvePaths(env).configFile));
  const home = env("HOME");
  const dataHome = env("XDG_DATA_HOME") || (home ? `${home}/.local/share` : undefined);
  return [configHome, "/etc", dataHome, "/usr/local/lib", "/usr/lib"]
    .filter((folder) => folder?.startsWith("/"))
    .map((folder) => `${folder}/systemd/user`);
}

async function linksIn(folder: string): Promise<string[]> {
  const links: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const link = `${folder}/${name}/${oldUnitName}`;
      if (/\.(wants|requires)$/.test(name) && await isLinkThere(link)) links.push(link);
    }
  } catch {
    // There is no such folder, or we may not look: then it says nothing about our session.
  }
  return links.sort();
}

async function isThere(path: string): Promise<boolean> {
  return await factsOf(path).then((facts) => facts !== undefined, () => false);
}

/** It may lead nowhere any more. */
async function isLinkThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
