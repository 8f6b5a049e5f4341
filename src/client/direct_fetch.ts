import { isLoopback } from "./address.ts";

interface DenoProxy {
  createHttpClient(options: { proxy: { transport: "tcp"; hostname: string; port: number } }): unknown;
}

/**
 * `fetch` that goes straight to addresses of this machine. By HTTP_PROXY Deno's hands even those to the proxy, unless
 * NO_PROXY names them: the daemon would seem away, and its token would leave the machine. Node's asks no proxy unless it
 * is told to. A "proxy" at the very address, as a plain socket, is none.
 */
export function directFetch(env: (name: string) => string | undefined): typeof fetch {
  const { Deno } = globalThis as { Deno?: Partial<DenoProxy> };
  const hasProxy = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].some((name) => env(name) !== undefined);
  if (!hasProxy || !Deno?.createHttpClient) return (input, init) => fetch(input, init);
  const clients = new Map<string, unknown>();
  return (input, init) => {
    const { protocol, hostname, port, host } = new URL(input instanceof Request ? input.url : input);
    if (protocol !== "http:" || !isLoopback(hostname)) return fetch(input, init);
    const client = clients.get(host) ?? straightTo(Deno as DenoProxy, { hostname, port: Number(port || 80) });
    clients.set(host, client);
    const straight: RequestInit & { client: unknown } = { ...init, client };
    return fetch(input, straight);
  };
}

function straightTo(deno: DenoProxy, address: { hostname: string; port: number }): unknown {
  return deno.createHttpClient({
    proxy: { transport: "tcp", ...address, hostname: address.hostname.replace(/[[\]]/g, "") },
  });
}
