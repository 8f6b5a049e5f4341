/** Longer than any address at which a daemon is reached. */
const longest = 100;

/**
 * An address that somebody else names, in its one spelling: `http://host:port` in ASCII. `undefined` when it is anything
 * but the origin of plain HTTP, for it is printed and asked.
 */
export function plainOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.protocol !== "http:" || url.origin.length > longest) return undefined;
  const isBare = [url.username, url.password, url.search, url.hash].every((part) => part === "");
  return isBare && url.pathname === "/" ? url.origin : undefined;
}
