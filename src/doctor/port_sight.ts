import { brokerVersionAt, startOfAnswer } from "../core/broker_at.ts";
import { localAddress } from "../core/loopback.ts";
import type { RunTool } from "./run_tool.ts";

/** A process that listens. */
export interface Listening {
  program: string;
  pid: number;
}

/** Who has a port that the daemon wants. `process` is known where it is of our own user. */
export type PortSight =
  | { kind: "free" }
  /** A broker of ours answers. */
  | { kind: "broker"; version: string; process?: Listening }
  | { kind: "ollama"; process?: Listening }
  /** systemd, for the daemon that it starts when somebody connects. */
  | { kind: "systemd" }
  | { kind: "other"; process?: Listening }
  /** Nobody has it, and still it cannot be had. */
  | { kind: "forbidden" }
  | { kind: "not_here" };

/** Looks by trying to listen there for a moment. */
export async function seePort(
  { host, port }: { host: string; port: number },
  { run }: { run: RunTool },
): Promise<PortSight> {
  const tried = tryToListen(host, port);
  if (tried !== "held") return { kind: tried };
  const process = listeningProcess((await run("ss", ["-Hltnp", `sport = :${port}`])).stdout, host);
  if (process?.program === "systemd") return { kind: "systemd" };
  const reachable = localAddress(host);
  const url = `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  // At once: what speaks no HTTP lets both wait.
  const [version, start] = await Promise.all([brokerVersionAt(url), startOfAnswer(url)]);
  if (version !== undefined) return { kind: "broker", version, ...(process && { process }) };
  const isOllama = start.startsWith("Ollama is running");
  return { kind: isOllama ? "ollama" : "other", ...(process && { process }) };
}

function tryToListen(hostname: string, port: number): "free" | "held" | "forbidden" | "not_here" {
  try {
    Deno.listen({ hostname, port }).close();
    return "free";
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return "held";
    if (error instanceof Deno.errors.PermissionDenied) return "forbidden";
    if (error instanceof Deno.errors.AddrNotAvailable) return "not_here";
    throw error;
  }
}

/** Addresses at which a listener has the port on every one. */
const everywhere = ["0.0.0.0", "*", "[::]"];

/**
 * Who listens in what `ss -Hltnp` prints, such as `127.0.0.1:11435 0.0.0.0:* users:(("ollama",pid=712,fd=3))`, so that
 * `host` cannot. Of several processes it is the first that was started: a child has its parent's sockets for a moment.
 * Pure.
 */
export function listeningProcess(text: string, host = "127.0.0.1"): Listening | undefined {
  const local = host.includes(":") ? `[${host}]` : host;
  const places = [...local === "localhost" ? ["127.0.0.1", "[::1]"] : [local], ...everywhere];
  const lines = text.split("\n").filter((line) => {
    const address = line.trim().split(/\s+/)[3]?.replace(/:\d+$/, "").replace(/%.*$/, "") ?? "";
    return everywhere.includes(local) || places.includes(address);
  });
  const users = lines.flatMap((line) => /users:\(\((.*)\)\)/.exec(line)?.[1].split("),(") ?? []);
  const processes = users.map((user) => /^"([^"\\]*)",pid=(\d+),fd=\d+$/.exec(user));
  // A name is what its program says: one with quotes in it may be made to look like another process.
  if (processes.some((match) => match === null)) return undefined;
  const known = processes.map((match) => ({ program: match![1], pid: Number(match![2]) }));
  return known.sort((a, b) => a.pid - b.pid)[0];
}
