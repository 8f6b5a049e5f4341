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
