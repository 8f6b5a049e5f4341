import { HttpConnection, requestBytes } from "./http_connection.ts";

/** A process of the bench, ended with it. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

const root = requestBytes("/");
const pollMs = 1;
const withinMs = 20_000;

/** Ends a process, by force when it does not go by itself, and waits until it is gone. */
export async function endProcess(process: Deno.ChildProcess): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      process.kill(signal);
    } catch {
      // It has ended by itself.
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), 5_000);
  await process.status;
  clearTimeout(timer);
}

/**
 * Asks again and again until the answer has status 200, and gives the time of that answer. Throws after 20 s, or as soon
 * as the process that should answer `hasEnded`.
 */
export async function untilAnswered(
  port: number,
  { request = root, hasEnded = () => false }: { request?: Uint8Array; hasEnded?: () => boolean } = {},
): Promise<number> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < deadline && !hasEnded()) {
    try {
      using connection = await HttpConnection.open(port);
      const { status, endedAt } = await connection.ask(request);
      if (status === 200) return endedAt;
      last = `status ${status}`;
    } catch (error) {
      last = error;
    }
    await delay(pollMs);
  }
  const why = hasEnded() ? "its process has ended" : `not within ${withinMs} ms`;
  throw new Error(`Nothing answered on port ${port}: ${why}; last: ${last}`);
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The fixture backend as a process of its own. */
export async function startFixtureProcess(): Promise<Child> {
  const script = new URL("fixture_server.ts", import.meta.url).pathname;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const dispose = async () => {
    await process.stdin.close();
    await endProcess(process);
    await output.cancel();
  };
  const { value = "" } = await output.read();
  if (Number(value) > 0) return { pid: process.pid, port: Number(value), [Symbol.asyncDispose]: dispose };
  await dispose();
  throw new Error(`Cannot start the fixture backend: it said "${value}"`);
}
