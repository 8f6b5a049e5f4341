import { readSmallTextFile, UnfitFile } from "../config/small_file.ts";
import { isLoopback } from "../core/loopback.ts";
import { messageOf } from "../core/errors.ts";
import { DaemonNotRunning } from "./daemon_not_running.ts";

/** Where a running daemon is reached, and by what right. */
export interface ControlFile {
  /** Origin without a trailing slash, such as `http://127.0.0.1:11435`; always loopback. */
  url: string;
  token: string;
  pid: number;
  version: string;
}

/**
 * Reads the file that a running daemon leaves. A missing one means that none runs ({@linkcode DaemonNotRunning}).
 *
 * What stands there is believed only as far as nobody else can abuse it: the file must be ours alone, and its address
 * loopback, for an address on a network may belong to another machine tomorrow. What listens at the address of a killed
 * daemon now is told from it before anything is sent (`core/daemon_proof`).
 */
export async function readControlFile(path: string): Promise<ControlFile> {
  const text = await readOwn(path);
  const control = parseControl(text);
  if (!control) {
    throw new Error(`Cannot reach the daemon: ${path} is not what a daemon writes; restart the daemon to renew it`);
  }
  const { hostname } = new URL(control.url);
  if (!isLoopback(hostname)) {
    throw new Error(
      `Cannot reach the daemon: it listens on ${hostname}, and its token is only sent over loopback; set listen.host to 127.0.0.1, or to 0.0.0.0 with a clientKey`,
    );
  }
  return control;
}

async function readOwn(path: string): Promise<string> {
  try {
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o077) !== 0) {
      throw new Error(`its mode ${(mode & 0o777).toString(8)} lets other users at the token; restart the daemon`);
    }
    return await readSmallTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DaemonNotRunning("The daemon is not running", { cause: error });
    }
    throw new Error(`Cannot read ${path}: ${error instanceof UnfitFile ? "it " : ""}${messageOf(error)}`, {
      cause: error,
    });
  }
}

function parseControl(text: string): ControlFile | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== "object" || json === null) return undefined;
  const { url, token, pid, version } = json as Record<string, unknown>;
  if (typeof url !== "string" || !URL.canParse(url) || new URL(url).protocol !== "http:") return undefined;
  // Anything else cannot be a header's value.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) return undefined;
  return { url: new URL(url).origin, token, pid: Number(pid), version: String(version) };
}
