const loopback = "localhost,127.0.0.0/8,::1";

/**
 * Sees to it that requests to this machine go straight to the socket. By HTTP_PROXY, `fetch` hands even those to the
 * proxy, unless NO_PROXY names them: the local model would seem away, and tokens would leave the machine. Must be called
 * before the first request of the process; names that the user excluded stay so.
 */
export function keepLoopbackDirect(env: Pick<Deno.Env, "get" | "set">): void {
  const excluded = env.get("NO_PROXY") || env.get("no_proxy");
  env.set("NO_PROXY", excluded ? `${loopback},${excluded}` : loopback);
}

/** The names that the user excluded, as it was before {@linkcode keepLoopbackDirect}; "": none. */
export function userNoProxy(env: (name: string) => string | undefined): string {
  const excluded = env("NO_PROXY") || env("no_proxy") || "";
  return excluded === loopback ? "" : excluded.replace(`${loopback},`, "");
}
