import { canonicalModel } from "../core/canonical_model.ts";

export { canonicalModel };

/** Whether two names mean the same model: `llama3.2` is `llama3.2:latest`. */
export function sameModel(a: string, b: string): boolean {
  return a === b || canonicalModel(a) === canonicalModel(b);
}

/** Characters that nobody sees. */
const hidden = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/** Ollama's own tags are ASCII. */
const foreignTag = /:[^:/]*[^\p{ASCII}]/u;
const cloudTag = /:(?:[^:/@]*-)?cloud(?![\w.-])/;

/**
 * Whether the name alone may make an Ollama hand the request to its cloud, listed or not: `kimi:cloud`,
 * `gpt-oss:120b-cloud` (internal/modelref). This is asked where nothing may go to a cloud, so a name that some version
 * might read as one counts too: white space in it, a digest or a slash after the tag, characters that cannot be seen or
 * only look like others.
 */
export function isCloudModelName(name: string): boolean {
  if (hidden.test(name) || foreignTag.test(name)) return true;
  return cloudTag.test(name.normalize("NFKC").toLowerCase().replaceAll(/\s/g, ""));
}
