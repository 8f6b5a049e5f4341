import type { BackendConfig, Config } from "../../config/schema.ts";
import { isLoopback } from "../../core/loopback.ts";
import type { FoundServer } from "../../state/found_server.ts";
import type { Check, DoctorContext } from "../check.ts";
import { shellWord } from "../shell_word.ts";
import { type Finding, found, type Remedy, well } from "../finding.ts";

/** Whether Ollama is there, where connections expect it. */
export const ollamaCheck: Check = {
  name: "ollama",
  async run(context) {
    const { result } = await context.config();
    if (!result.ok) return [];
    const host = ollamaHost(context.env("OLLAMA_HOST"));
    const backends = result.config.backends.filter(isLocalOllama);
    const places = [...backends.map(({ url }) => url), ...host === undefined ? [] : [host]];
    const [servers, installed] = await Promise.all([context.findServers(places), isInstalled(context)]);
    const sight = {
      backends,
      // A daemon of ours speaks the same.
      servers: servers.filter(({ url }) => !isDaemon(url, result.config.listen)),
      installed,
      isElsewhere: result.config.backends.some((backend) => backend.enabled && !isLocalOllama(backend)),
      isHostOurs: host !== undefined && isDaemon(host, result.config.listen),
      isRoot: await context.uid() === 0,
      configFile: context.paths.configFile,
    };
    return ollamaFindings(sight);
  },
};

export interface OllamaSight {
  /** Connections that are on and expect Ollama on this machine. */
  backends: readonly Pick<BackendConfig, "id" | "url">[];
  /** Those of Ollama's dialect that answer, this daemon left out. */
  servers: readonly Pick<FoundServer, "url" | "models">[];
  installed: "no" | "program" | "service";
  /** Whether another connection is on. */
  isElsewhere: boolean;
  /** OLLAMA_HOST is the daemon's own address. */
  isHostOurs: boolean;
  isRoot: boolean;
  configFile: string;
}

/** Pure. */
export function ollamaFindings(sight: OllamaSight): Finding[] {
  if (sight.backends.length === 0) return [];
  const answering = (url: string) => sight.servers.find((server) => server.url === rootOf(url));
  const findings: Finding[] = [];
  for (const { id, url } of sight.backends) {
    const server = answering(url);
    if (server === undefined) findings.push(missing(id, url, sight));
    else if (server.models === 0) {
      const run = `OLLAMA_HOST=${shellWord(new URL(url).host)} ollama pull llama3.2`;
      findings.push(found("ollama-empty", `Ollama at ${url} has no model`, { run }));
    } else findings.push(well("ollama", `Ollama answers at ${url} with ${countOf(server.models)}`));
  }
  return findings;
}

function missing(id: string, url: string, sight: OllamaSight): Finding {
  const other = sight.servers[0];
  if (other !== undefined) {
    const step = `Set the url of ${id} to ${other.url} in ${sight.configFile}, or in the settings`;
    const what = `Ollama answers at ${other.url}, but the connection ${id} looks for it at ${url}`;
    return found("ollama-elsewhere", what, { step });
  }
  if (sight.installed === "no") {
    const what = `Ollama is not installed, and the connection ${id} expects it at ${url}`;
    const run = "curl -fsSL https://ollama.com/install.sh | sh";
    return found(sight.isElsewhere ? "ollama-unused" : "ollama-missing", what, { run });
  }
  if (sight.isHostOurs) {
    const what = "Ollama is not running, and OLLAMA_HOST is this daemon's address, which Ollama would take for its own";
    return found("ollama-host", what, serve(url, sight));
  }
  return found(
    "ollama-off",
    `Ollama is not running at ${url}, where the connection ${id} expects it`,
    serve(url, sight),
  );
}

function serve(url: string, { installed, isRoot }: OllamaSight): Remedy {
  if (installed === "service") return { run: `${isRoot ? "" : "sudo "}systemctl start ollama` };
  return { run: `OLLAMA_HOST=${shellWord(new URL(url).host)} nohup ollama serve >/dev/null 2>&1 &` };
}

async function isInstalled({ run }: DoctorContext): Promise<OllamaSight["installed"]> {
  if ((await run("systemctl", ["cat", "ollama.service"])).code === 0) return "service";
  return (await run("ollama", ["--version"])).code === undefined ? "no" : "program";
}

function isLocalOllama({ kind, enabled, url }: BackendConfig): boolean {
  return kind === "ollama" && enabled && isLoopback(new URL(url).hostname);
}

/** The base URL that OLLAMA_HOST means to Ollama's programs, whose usual port is 11434. Pure. */
export function ollamaHost(value: string | undefined): string | undefined {
  const text = value?.trim().replace(/^["']|["']$/g, "");
  if (!text) return undefined;
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const isPlain = !/^https?:\/\//.test(text);
  const host = hostname === "0.0.0.0" || hostname === "[::]" ? "127.0.0.1" : hostname;
  const usual = isPlain ? "11434" : protocol === "https:" ? "443" : "80";
  // A port of 80 that stands there is dropped by URL.
  return `${protocol}//${host}:${port || (/:80(\/|$)/.test(text) ? "80" : usual)}`;
}

function isDaemon(url: string, listen: Config["listen"]): boolean {
  const { hostname, port } = new URL(url);
  return isLoopback(hostname) && Number(port) === listen.port;
}

function rootOf(url: string): string {
  return url.replace(/\/+$/, "");
}

function countOf(models: number | null): string {
  if (models === null) return "its models behind a token";
  return models === 1 ? "1 model" : `${models} models`;
}
