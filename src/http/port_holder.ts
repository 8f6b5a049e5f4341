import { readSmallTextFile } from "../config/small_file.ts";
import { localAddress } from "../core/loopback.ts";
import { boundedBytes } from "./bounded_bytes.ts";

/** Patience with a program that holds our port and may not speak HTTP, in ms. */
const defaultWithinMs = 1_000;

export interface PortHolderOptions {
  host: string;
  port: number;
  /** Tells the process of a daemon of ours. */
  controlFile: string;
  withinMs?: number;
}

/** Who listens on a port that we wanted, and what to do: the end of a sentence. */
export async function portHolder(options: PortHolderOptions): Promise<string> {
  const { host, port, controlFile, withinMs = defaultWithinMs } = options;
  const reachable = localAddress(host);
  const url = `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  const other = `choose another port with --port or listen.port`;
  const version = versionIn(await ask(`${url}/health`, withinMs));
  if (version !== undefined) {
    const pid = await pidOf(controlFile, port);
    const who = pid === undefined ? "" : ` (process ${pid})`;
    return `CloudToLocalLLM ${version} already runs there${who}; use it, stop it, or ${other}`;
  }
  if ((await ask(url, withinMs)).startsWith("Ollama is running")) return `Ollama runs there; ${other}`;
  return `another program holds the port; ${other}`;
}

/** The start of a program's answer; "" when it has none. */
async function ask(url: string, withinMs: number): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs), redirect: "error" });
    const { bytes } = await boundedBytes(response.body, 1_024);
    return new TextDecoder().decode(bytes).slice(0, 200);
  } catch {
    return "";
  }
}

function versionIn(health: string): string | undefined {
  return health.match(/^\{"status":"ok","version":"([\w.+-]{1,32})"\}$/)?.[1];
}

async function pidOf(controlFile: string, port: number): Promise<number | undefined> {
  try {
    const { url, pid } = JSON.parse(await readSmallTextFile(controlFile));
    return new URL(url).port === String(port) && Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}
