/** As the configuration's schema has it: src/config/schema.ts. */
const pattern = /^https?:\/\/[^\s\/?#@\\]+(\/[^\s?#@\\]*)?$/;

/** A server's address as our configuration takes it, without trailing slashes; `undefined`: it cannot take it. */
export function oldUrl(text: string): string | undefined {
  let end = text.length;
  while (end > 0 && text[end - 1] === "/") end--;
  const url = text.slice(0, end);
  return pattern.test(url) && URL.canParse(url) ? url : undefined;
}

/** The address that a host and a port make, as the predecessor made it. */
export function urlOfHost(host = "localhost", port = 11_434): string | undefined {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return oldUrl(`http://${name}:${port}`);
}

/** Whether two addresses lead to the same server: this machine has more than one name. */
export function isSameServer(a: string, b: string): boolean {
  return serverOf(a) === serverOf(b);
}

function serverOf(text: string): string {
  if (!URL.canParse(text)) return text;
  const { protocol, hostname, port, pathname } = new URL(text);
  const host = ["localhost", "127.0.0.1", "[::1]"].includes(hostname) ? "localhost" : hostname;
  return `${protocol}//${host}:${port || (protocol === "https:" ? 443 : 80)}${pathname.replace(/(?!^)\/$/, "")}`;
}
