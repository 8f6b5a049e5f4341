import type { BackendConfig } from "../config/schema.ts";
import { isLoopback } from "../core/loopback.ts";

type Named = Pick<BackendConfig, "id" | "kind" | "url" | "location">;

/**
 * What people call a backend: "Ollama on this machine", "Ollama on 10.0.0.5:11434", "Ollama Cloud", "api.openai.com".
 * Where several of `all` would be called the same, with its id: `Ollama on this machine ("fast")`.
 */
export function backendName(backend: Named, all: readonly Named[]): string {
  const name = bareName(backend);
  const hasNamesake = all.some((other) => other.id !== backend.id && bareName(other) === name);
  return hasNamesake ? `${name} ("${backend.id}")` : name;
}

function bareName({ kind, url, location }: Named): string {
  const { host, hostname } = new URL(url);
  const where = isLoopback(hostname) ? "this machine" : host;
  if (kind === "cloudtolocalllm") return "The cloud proxy";
  if (kind === "ollama") return location === "cloud" ? "Ollama Cloud" : `Ollama on ${where}`;
  return isLoopback(hostname) ? `The server on ${host}` : host;
}
