import { looksLikeToken } from "./looks_secret.ts";

/** Of backends and secrets. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Whether a secret may be called so. A token in the place of its name must not be shown or kept. */
export function isSecretName(text: string): boolean {
  return namePattern.test(text) && !looksLikeToken(text);
}

/** The same for one who typed it; does not repeat it. */
export const secretNameRule =
  "A secret's name has 1-64 letters, digits, - or _, begins with a letter or digit, and is not the token itself";
