import { canonicalModel } from "../core/canonical_model.ts";

export { canonicalModel };

/** Whether two names mean the same model: `llama3.2` is `llama3.2:latest`. */
export function sameModel(a: string, b: string): boolean {
  return a === b || canonicalModel(a) === canonicalModel(b);
}

/** Characters that nobody sees. */
const hidden = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const allHidden = new RegExp(hidden, "gu");
/** Ollama's own tags are ASCII. */
const foreignTag = /:[^:/]*[^\p{ASCII}]/u;
const cloudTag = /:(?:[^:/@]*-)?cloud(?![\w.-])/;

/**
 * The name as a program reads it that takes no notice of white space and of characters that cannot be seen, takes some
 * for those that they look like, and drops a digest or what stands open at the end.
 */
export function plainModel(name: string): string {
  const plain = name.normalize("NFKC").replace(allHidden, "").replaceAll(/\s/g, "");
  const [named] = plain.split("@", 1);
  let end = named.length;
  // Not by an expression that looks for the end from every start: names come from anybody.
  while (end > 0 && (named[end - 1] === ":" || named[end - 1] === "/")) end--;
  return named.slice(0, end);
}

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
