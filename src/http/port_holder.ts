import { isLoopback } from "../core/loopback.ts";

/** Patience with a program that holds our port and may not speak HTTP, in ms. */
const withinMs = 1_000;

/** Who listens on a port that we wanted, and what to do: the end of a sentence. */
export async function portHolder(options: { host: string; port: number; controlFile: string }): Promise<string> {
  const { host, port, controlFile } = options;
  const reachable = isLoopback(host) ? host : "127.0.0.1";
  const url = `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  const other = `choose another port with --port or listen.port`;
  const version = versionIn(await ask(`${url}/health`));
  if (version !== undefined) {
    const pid = await pidOf(controlFile, port);
    const who = pid === undefined ? "" : ` (process ${pid})`;
    return `CloudToLocalLLM ${version} already runs there${who}; use it, stop it, or ${other}`;
  }
  if ((await ask(url)).startsWith("Ollama is running")) return `Ollama runs there; ${other}`;
  return `another program holds the port; ${other}`;
}

/** The start of a program's answer; "" when it has none. */
async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs), redirect: "error" });
    return (await response.text()).slice(0, 200);
  } catch {
    return "";
  }
}

function versionIn(health: string): string | undefined {
  return health.match(/^\{"status":"ok","version":"([\w.+-]{1,32})"\}$/)?.[1];
}

async function pidOf(controlFile: string, port: number): Promise<number | undefined> {
  try {
    const { url, pid } = JSON.parse(await Deno.readTextFile(controlFile));
    return new URL(url).port === String(port) && Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}
