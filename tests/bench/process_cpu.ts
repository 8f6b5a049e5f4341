/** The kernel's unit in /proc/PID/stat: USER_HZ is 100 on every architecture that Linux still supports with Deno. */
const msPerTick = 10;

/**
 * CPU time of a process so far, user and system, in ms, from the text of `/proc/PID/stat` (proc_pid_stat(5), fields 14
 * and 15). The second field is the program's name in parentheses and may hold spaces and parentheses itself.
 */
export function parseCpuMs(text: string): number {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [utime, stime] = [Number(fields[11]), Number(fields[12])];
  if (!Number.isFinite(utime + stime)) throw new Error(`Cannot read stat: no CPU times in "${text.slice(0, 100)}"`);
  return (utime + stime) * msPerTick;
}

export async function readCpuMs(pid: number): Promise<number> {
  return parseCpuMs(await Deno.readTextFile(`/proc/${pid}/stat`));
}
