/** Whether a host name or address, without port, is this machine itself: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") || host === "::1" ||
    /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Addresses that mean every address of this machine, each with the one by which the machine reaches itself. */
const everyAddress: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where programs of this machine reach what listens on `host`. */
export function localAddress(host: string): string {
  return Object.hasOwn(everyAddress, host) ? everyAddress[host] : host;
}
