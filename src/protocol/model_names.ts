/**
 * The one spelling of a model's name that Ollama compares by (types/model/name.go): lower case, the default registry and
 * namespace left out, the tag `latest` where there is none.
 */
export function canonicalModel(name: string): string {
  let canonical = name.trim().toLowerCase();
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
