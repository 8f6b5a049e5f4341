/** A port of this machine that nobody listens on: connecting to it is refused. */
export function refusedPort(hostname = "127.0.0.1"): number {
  const listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** An address that takes no more connections: connecting to it hangs until the client gives up. */
export interface Blackhole extends Disposable {
  port: number;
  url: string;
}

/**
 * Listens without accepting and fills its own queue. On Linux a queue of n holds n + 1 connections, and the kernel drops
 * the SYN of every further one.
 */
export async function blackhole(hostname = "127.0.0.1"): Promise<Blackhole> {
  const backlog = 1;
  const listener = Deno.listen({ hostname, port: 0, tcpBacklog: backlog });
  const { port } = listener.addr;
  const filling = Array.from({ length: backlog + 1 }, () => Deno.connect({ hostname, port }));
  const fillers = await Promise.all(filling);
  return {
    port,
    url: `http://${hostname}:${port}`,
    [Symbol.dispose]() {
      for (const conn of fillers) conn.close();
      listener.close();
    },
  };
}
