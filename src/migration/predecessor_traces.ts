import type { Clock } from "../core/clock.ts";
import { factsOf } from "./disk_files.ts";
import { findOldAutostart, type OldAutostart } from "./old_autostart.ts";
import { oldFileOf } from "./old_file.ts";
import { findOldLink } from "./old_link.ts";
import { findOldProcesses, type OldProcess } from "./old_process.ts";
import { findOldUnit, type OldUnit, oldUnitName } from "./old_unit.ts";
import type { RunTool } from "./run_tool.ts";

/** What is on this machine of the program that this one replaces. */
export interface PredecessorTraces {
  /** Its systemd user unit. */
  unit: OldUnit | null;
  /** Entries in force that start it at login. */
  autostart: OldAutostart[];
  /** It answers here; never our own app link. */
  link: { port: number } | null;
  processes: OldProcess[];
  /** Its programs that are installed. */
  programs: string[];
  /** Its settings; `null`: there are none. */
  settings: string | null;
}

export interface FindPredecessorOptions {
  clock: Clock;
  /** Processes that are ours whatever they are called. Default: this one. */
  ownPids?: readonly number[];
}

/**
 * Looks for the predecessor; changes nothing and never rejects. `run` starts `systemctl` and `ps`; what is not
 * installed finds nothing.
 */
export async function findPredecessor(
  env: (name: string) => string | undefined,
  run: RunTool,
  { clock, ownPids = [Deno.pid] }: FindPredecessorOptions,
): Promise<PredecessorTraces> {
  const [unit, autostart, link, processes, programs] = await Promise.all([
    findOldUnit(env, run),
    findOldAutostart(env),
    findOldLink(env, { clock }),
    findOldProcesses(run, ownPids),
    installedPrograms(env),
  ]);
  const file = oldFileOf(env);
  const settings = file !== undefined && await isThere(file) ? file : null;
  return { unit, autostart, link, processes, programs, settings };
}

/** What of it runs or will start by itself, each as a sentence without full stop. Pure. */
export function describeActive({ unit, autostart, link, processes }: PredecessorTraces): string[] {
  const sentences: string[] = [];
  if (unit?.isActive) sentences.push(`Its systemd unit ${oldUnitName} runs`);
  if (unit && unit.enabledBy.length > 0) sentences.push(`Its systemd unit ${oldUnitName} starts at login`);
  for (const { file } of autostart) sentences.push(`The autostart entry ${file} starts it at login`);
  if (link) sentences.push(`It runs and answers on port ${link.port}`);
  for (const { pid, program } of processes) sentences.push(`${program} runs (process ${pid})`);
  return sentences;
}

async function installedPrograms(env: (name: string) => string | undefined): Promise<string[]> {
  const home = env("HOME");
  const folders = ["/usr/bin", "/usr/local/bin", ...home?.startsWith("/") ? [`${home}/.local/bin`] : []];
  const names = ["cloudtolocalllm-tray", "cloudtolocalllm-enhanced-tray", "cloudtolocalllm-settings"];
  const paths = folders.flatMap((folder) => names.map((name) => `${folder}/${name}`));
  const there = await Promise.all(paths.map(isThere));
  return paths.filter((_, i) => there[i]);
}

async function isThere(path: string): Promise<boolean> {
  return await factsOf(path).then((facts) => facts !== undefined, () => false);
}
