import { readSmallTextFile } from "../config/small_file.ts";
import { brokerVersionAt, startOfAnswer } from "../core/broker_at.ts";
import { localAddress } from "../core/loopback.ts";

export interface PortHolderOptions {
  host: string;
  port: number;
  /** Tells the process of a daemon of ours. */
  controlFile: string;
  withinMs?: number;
}

export interface PortHolder {
  /** Who it is, and what to do: the end of a sentence. */
  words: string;
  /** Origin of the broker of ours that answers there. */
  broker?: string;
}

/** Who listens on a port that we wanted. */
export async function portHolder(options: PortHolderOptions): Promise<PortHolder> {
  const { host, port, controlFile, withinMs } = options;
  const reachable = localAddress(host);
  const url = `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  const other = `choose another port with --port or listen.port`;
  const version = await brokerVersionAt(url, { withinMs });
  if (version !== undefined) {
    const pid = await pidOf(controlFile, port);
    const who = pid === undefined ? "" : ` (process ${pid})`;
    const words = `CloudToLocalLLM ${version} already runs there${who}; use it, stop it, or ${other}`;
    return { words, broker: new URL(url).origin };
  }
  const isOllama = (await startOfAnswer(url, { withinMs })).startsWith("Ollama is running");
  return { words: isOllama ? `Ollama runs there; ${other}` : `another program holds the port; ${other}` };
}

async function pidOf(controlFile: string, port: number): Promise<number | undefined> {
  try {
    const { url, pid } = JSON.parse(await readSmallTextFile(controlFile));
    return new URL(url).port === String(port) && Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}
