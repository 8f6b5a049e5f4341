import type { Clock } from "../core/clock.ts";

/** Patience with it, in ms. */
const withinMs = 2_000;

/**
 * The kernel's tables of TCP connections. By a child, for the runtime lets nobody read /proc without every permission.
 * `env`: what it gets beside our own environment. Throws when it cannot be read.
 */
export async function readSocketTable({ clock, env }: { clock: Clock; env: Record<string, string> }): Promise<string> {
  const abort = new AbortController();
  const cancel = clock.after(withinMs, () => abort.abort(new Error("cat did not end")));
  try {
    const args = ["/proc/net/tcp", "/proc/net/tcp6"];
    const options = { args, env, stdin: "null", stdout: "piped", stderr: "null", signal: abort.signal } as const;
    const { stdout } = await new Deno.Command("cat", options).output();
    abort.signal.throwIfAborted();
    // Without IPv6 the second is not there.
    if (stdout.length === 0) throw new Error("/proc/net/tcp cannot be read");
    return new TextDecoder().decode(stdout);
  } finally {
    cancel();
  }
}
