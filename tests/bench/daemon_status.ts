import type { BackendStatus, StatusReport } from "../../src/state/status.ts";
import { delay } from "./child.ts";
import type { DaemonProcess } from "./daemon_process.ts";

/** Asks the daemon every `everyMs` until the backend is as wanted; throws after `withinMs`. */
export async function untilBackend(
  daemon: DaemonProcess,
  id: string,
  options: { isWanted: (backend: BackendStatus) => boolean; everyMs: number; withinMs?: number },
): Promise<void> {
  const { isWanted, everyMs, withinMs = 30_000 } = options;
  const headers = { authorization: `Bearer ${await daemon.token()}` };
  const deadline = performance.now() + withinMs;
  let last: BackendStatus | undefined;
  while (performance.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${daemon.port}/control/v1/status`, { headers });
    const report: StatusReport = await response.json();
    last = report.backends.find((backend) => backend.id === id);
    if (last && isWanted(last)) return;
    await delay(everyMs);
  }
  throw new Error(`Backend ${id} is not as wanted within ${withinMs} ms: ${JSON.stringify(last)}`);
}

export function isUp(backend: BackendStatus): boolean {
  return backend.health === "up" && backend.routable;
}
