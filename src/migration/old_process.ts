import type { RunTool } from "./run_tool.ts";

export interface OldProcess {
  pid: number;
  /** The program's path as it was started, without its arguments. */
  program: string;
}

/** Programs of the predecessor that stay in the background. */
const names = /^(cloudtolocalllm-(enhanced-)?tray|(enhanced_)?tray_daemon\.py)$/;
/** No shells: packaging/compat/cloudtolocalllm-tray, which starts our own daemon, is a shell's script for a moment. */
const interpreters = /^(python[\d.]*|env)$/;

/** The predecessor's processes of this user; none where `ps` is not there. `notThese`: ids that are ours. */
export async function findOldProcesses(run: RunTool, notThese: readonly number[] = [Deno.pid]): Promise<OldProcess[]> {
  // /proc cannot be read within the daemon's permissions. "x": this user's, also without a terminal; "ww": whole lines.
  const listed = await run("ps", ["xww", "-o", "pid=,args="]);
  return oldProcesses(listed?.stdout ?? "").filter(({ pid }) => !notThese.includes(pid));
}

/** The predecessor's processes in what `ps` prints: a process id and a command line in each line. Pure. */
export function oldProcesses(listing: string): OldProcess[] {
  return listing.split("\n").flatMap((line) => {
    const [pid, ...words] = line.trim().split(/\s+/);
    const program = programOf(words);
    return /^\d+$/.test(pid) && program !== undefined ? [{ pid: Number(pid), program }] : [];
  });
}

/** What is run, by an interpreter or by itself; `undefined`: nothing of the predecessor. */
function programOf([first = "", ...rest]: readonly string[]): string | undefined {
  const script = interpreters.test(baseName(first)) ? rest.find((word) => !word.startsWith("-")) : first;
  return script !== undefined && names.test(baseName(script)) ? script : undefined;
}

/** Whether a command of a desktop entry or a unit starts the predecessor's tray daemon. */
export function isOldCommand(words: readonly string[]): boolean {
  return programOf(words) !== undefined;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
