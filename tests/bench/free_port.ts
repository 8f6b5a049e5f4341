/** Below the range from which Linux gives ports by itself: nobody who asks for any port gets one of these meanwhile. */
const [lowest, count] = [20_000, 10_000];

/** A port of 127.0.0.1 that was free a moment ago, for one who must know it before it listens, or listen there again. */
export function freePort(triesLeft = 100): number {
  const port = lowest + Math.floor(Math.random() * count);
  try {
    using _listener = Deno.listen({ hostname: "127.0.0.1", port });
    return port;
  } catch (error) {
    if (triesLeft === 0 || !(error instanceof Deno.errors.AddrInUse)) throw error;
    return freePort(triesLeft - 1);
  }
}
