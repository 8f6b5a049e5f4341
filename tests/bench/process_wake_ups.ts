/** How often each thread of a process has been woken, by thread id. */
export type WakeUps = ReadonlyMap<string, number>;

/**
 * How often threads have gone to sleep so far, so each time something has woken them before (proc_pid_status(5),
 * voluntary_ctxt_switches).
 */
export async function readWakeUps(pid: number): Promise<WakeUps> {
  const threads = new Map<string, number>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    threads.set(name, parseWakeUps(await Deno.readTextFile(`/proc/${pid}/task/${name}/status`).catch(() => "")));
  }
  return threads;
}

/** All threads together; what one that has ended did meanwhile is not known. */
export function wakeUpsBetween(before: WakeUps, after: WakeUps): number {
  return [...after].reduce((sum, [thread, count]) => sum + count - (before.get(thread) ?? 0), 0);
}

/** Of the text of `/proc/PID/task/TID/status`; 0 when the thread is gone. */
export function parseWakeUps(text: string): number {
  return Number(text.match(/^voluntary_ctxt_switches:\s+(\d+)$/m)?.[1] ?? 0);
}
