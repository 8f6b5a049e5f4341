/** Where the kernel gives no ports of its own choice (ip_local_port_range begins at 32,768). */
const first = 15_000;
const count = 17_000;

/**
 * A free port for a server that stops and comes back: another test's socket on a port of the kernel's choice cannot take
 * it meanwhile.
 */
export function steadyPort(): number {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
