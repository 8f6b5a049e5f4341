/**
 * The one spelling of a model's name that Ollama compares by (types/model/name.go): lower case, whatever stands before
 * `://`, the default registry and namespace left out, the tag `latest` where there is none.
 */
export function canonicalModel(name: string): string {
  let canonical = name.trim().toLowerCase();
  const scheme = canonical.indexOf("://");
  if (scheme >= 0) canonical = canonical.slice(scheme + "://".length);
  for (const prefix of ["registry.ollama.ai/", "library/"]) {
    if (canonical.startsWith(prefix)) canonical = canonical.slice(prefix.length);
  }
  // A colon before the last slash belongs to a host with a port.
  return canonical.lastIndexOf(":") > canonical.lastIndexOf("/") ? canonical : `${canonical}:latest`;
}

/** Whether two names mean the same model: `llama3.2` is `llama3.2:latest`. */
export function sameModel(a: string, b: string): boolean {
  return a === b || canonicalModel(a) === canonicalModel(b);
}

/**
 * Whether the name's tag alone makes an Ollama hand the request to its cloud, listed or not: `kimi:cloud`,
 * `gpt-oss:120b-cloud` (internal/modelref). White space around the tag does not count.
 */
export function isCloudModelName(name: string): boolean {
  // Go takes U+0085 for white space too.
  const tag = name.slice(name.lastIndexOf(":") + 1).replaceAll(/[\s\u0085]/g, "").toLowerCase();
  if (!name.includes(":") || tag.includes("/")) return false;
  return tag === "cloud" || tag.endsWith("-cloud");
}
