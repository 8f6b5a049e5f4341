import { visibleJson } from "../core/visible_text.ts";

const secretKey =
  /(^|[-_])(api|auth|access|bearer|client)?[-_]?(token|key|secret|passw(or)?d|passphrase|credentials?|authorization|bearer)s?$/i;

/** Whether a key is one under which people keep tokens, such as `apiKey` or `auth_token`. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key.replace(/([a-z])([A-Z])/g, "$1_$2"));
}

/** Beginnings that well-known services give their tokens (OpenAI, OpenRouter, Groq, Hugging Face, GitHub, Google, JWT). */
const tokenPrefix = /^(sk-|gsk_|hf_|gh[pousr]_|github_pat_|xox[a-z]-|AIza|eyJ|Bearer\s)/;

/** Whether a text may be a token: it is then neither shown nor accepted as the name of one. */
export function looksLikeToken(text: string): boolean {
  if (tokenPrefix.test(text)) return true;
  const words = text.match(/[A-Za-z0-9+=]{20,}/g) ?? [];
  return words.some((word) => /[0-9]/.test(word) && /[A-Za-z]/.test(word));
}

const hidden = "a text that is not shown";
const maxShown = 60;

/**
 * A value as an error message may show it: shortened, control characters escaped, without anything that may be a
 * secret. Objects and lists are only named, for what is in them is unknown.
 */
export function shownValue(value: unknown, keys: readonly (string | number)[] = []): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (keys.some((key) => typeof key === "string" && isSecretKey(key))) return hidden;
  if (typeof value !== "string") return String(value);
  if (looksLikeToken(value)) return hidden;
  const open = value.replace(/\/\/[^/]*@/, "//...@").replace(/[?#].*$/s, "?...");
  const short = open.length > maxShown ? `${open.slice(0, maxShown - 3)}...` : open;
  // What JSON leaves as it is but a terminal obeys.
  return visibleJson(JSON.stringify(short));
}
