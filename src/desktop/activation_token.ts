/** Tokens of compositors have some 40 characters, startup ids of X11 some 100. */
const longest = 1_000;

/**
 * What a peer gave as activation token, where it can be one: printable ASCII, for it goes into the environment of a
 * program and to the desktop's portal. Anything else is no token, not even in part.
 */
export function activationTokenOf(given: unknown): string | undefined {
  if (typeof given !== "string" || given.length > longest) return undefined;
  return /^[\x20-\x7e]+$/.test(given) ? given : undefined;
}
