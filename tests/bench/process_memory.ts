/** Memory of one process, in KiB, as the kernel counts it. */
export interface ProcessMemory {
  /** Resident: everything mapped and present, shared pages counted in full. */
  residentKb: number;
  /** Proportional: each shared page divided by the processes that share it, so it falls when others of its kind run. */
  proportionalKb: number;
  /** Private and written: what ending the process gives back for certain. */
  privateDirtyKb: number;
  /** Private dirty, and private pages that the kernel can drop and read again from their file. */
  privateKb: number;
}

/** Reads the text of `/proc/PID/smaps_rollup` (proc_pid_smaps(5)). Throws when a line is missing. */
export function parseSmapsRollup(text: string): ProcessMemory {
  const kb = (name: string) => {
    const match = text.match(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m"));
    if (!match) throw new Error(`Cannot read smaps_rollup: it has no line ${name}`);
    return Number(match[1]);
  };
  const privateDirtyKb = kb("Private_Dirty");
  return {
    residentKb: kb("Rss"),
    proportionalKb: kb("Pss"),
    privateDirtyKb,
    privateKb: privateDirtyKb + kb("Private_Clean"),
  };
}

export async function readProcessMemory(pid: number): Promise<ProcessMemory> {
  return parseSmapsRollup(await Deno.readTextFile(`/proc/${pid}/smaps_rollup`));
}
