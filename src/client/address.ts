/** Where the daemon listens unless it is configured otherwise. */
export const defaultUrl = "http://127.0.0.1:11435";

/**
 * An address as requests are sent to: without the slash at its end. Throws `TypeError` for what is none, and where a
 * token would be sent in the clear over a network.
 */
export function checkedUrl(url: string, { token }: { token?: string } = {}): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw new TypeError(`Not an address of a daemon: ${url}`);
  if (parsed.username !== "" || parsed.password !== "") throw new TypeError("A daemon's address has no password");
  if (token !== undefined && parsed.protocol === "http:" && !isLoopback(parsed.hostname)) {
    throw new TypeError(`The control token is sent over loopback or TLS only, not to ${parsed.origin}`);
  }
  return parsed.origin + parsed.pathname.replace(/\/+$/, "");
}

/** Whether a host name is this machine itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === "[::1]" || /^(.+\.)?localhost\.?$/.test(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}
