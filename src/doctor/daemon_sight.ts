import { readSmallTextFile } from "../config/small_file.ts";
import { isDaemonAt } from "../core/daemon_proof.ts";
import { messageOf } from "../core/errors.ts";
import { isLoopback } from "../core/loopback.ts";
import type { StatusReport } from "../state/status.ts";

/** The daemon as `control.json` tells of it. */
export type DaemonSight =
  | { kind: "none" }
  /** The file is there, and cannot be used. */
  | { kind: "unfit"; reason: string }
  /** The file is there, and who wrote it is not. */
  | { kind: "gone"; url: string; pid: number }
  /** Something accepts connections there and does not answer. */
  | { kind: "silent"; url: string; pid: number }
  | RunningDaemon;

export interface RunningDaemon {
  kind: "runs";
  url: string;
  pid: number;
  status: StatusReport;
  /** Permission bits of the file, where others may read it. */
  openMode?: number;
  /** A request to its control API; rejects unless it is answered well. Tokens stay in here. */
  control(path: string, options?: { method?: string; withinMs?: number }): Promise<unknown>;
}

/** Patience with the daemon, in ms. */
const statusWithinMs = 3_000;

/** Looks at the file and asks who is named there. Never rejects. */
export async function seeDaemon(controlFile: string): Promise<DaemonSight> {
  let text: string;
  let mode: number;
  try {
    mode = ((await Deno.stat(controlFile)).mode ?? 0) & 0o777;
    text = await readSmallTextFile(controlFile);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "none" };
    return { kind: "unfit", reason: messageOf(error) };
  }
  const control = parseControl(text);
  if (control === undefined) return { kind: "unfit", reason: "it is not what a daemon writes" };
  return await ask(control, (mode & 0o077) === 0 ? undefined : mode);
}

interface Control {
  url: string;
  token: string;
  pid: number;
}

async function ask({ url, token, pid }: Control, openMode: number | undefined): Promise<DaemonSight> {
  const control: RunningDaemon["control"] = async (path, { method = "GET", withinMs = statusWithinMs } = {}) => {
    const response = await fetch(`${url}/control/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      redirect: "error",
      signal: AbortSignal.timeout(withinMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The daemon answers HTTP ${response.status}`);
    return JSON.parse(text);
  };
  try {
    if (!await isDaemonAt(url, token, { signal: AbortSignal.timeout(statusWithinMs) })) {
      return { kind: "gone", url, pid };
    }
    const status = await control("status") as StatusReport;
    return { kind: "runs", url, pid, status, control, ...(openMode === undefined ? {} : { openMode }) };
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    return { kind: isLate ? "silent" : "gone", url, pid };
  }
}

/** A token is sent over loopback only, as the command line does. */
function parseControl(text: string): Control | undefined {
  try {
    const { url, token, pid } = JSON.parse(text);
    const { protocol, hostname, origin } = new URL(url);
    const isFit = protocol === "http:" && isLoopback(hostname) && typeof token === "string" &&
      /^[\x21-\x7e]+$/.test(token) && Number.isInteger(pid);
    return isFit ? { url: origin, token, pid } : undefined;
  } catch {
    return undefined;
  }
}
