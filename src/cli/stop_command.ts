import { sleep } from "../core/clock.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { DaemonNotRunning } from "./daemon_not_running.ts";
import { ExitCode, type Io } from "./io.ts";
import { startInBackground } from "./start_command.ts";

/** Time for what comes after the running answers, in ms. */
const marginMs = 15_000;
const askEveryMs = 50;

/** One that has ended is still there until whoever started it looks; that can be never. In ms. */
const deadMs = 250;

interface Quitting {
  url: string;
  pid: number;
  inFlight: number;
  graceMs: number;
}

/** `stop`: ends the daemon, and waits until it has. */
export async function stopCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const isStopped = await stop(io, invocation.switches.has("now"));
  io.out(isStopped ? "CloudToLocalLLM has stopped\n" : "CloudToLocalLLM does not run\n");
  return ExitCode.done;
}

/** `restart`: the means by which it ran is kept: a unit is restarted by systemd. */
export async function restartCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  await stop(io, invocation.switches.has("now"));
  await startInBackground(io);
  return ExitCode.done;
}

/** Whether there was one to stop. Throws when it does not end in time. */
async function stop(io: Io, isNow: boolean): Promise<boolean> {
  const quitting = await tellToQuit(io, isNow);
  if (!quitting) return false;
  const { url, pid, inFlight, graceMs } = quitting;
  if (inFlight > 0 && graceMs > 0) {
    io.err(`${inFlight} running requests may finish, for ${Math.ceil(graceMs / 1_000)} s at most\n`);
  }
  const endsBy = io.clock.monotonic() + graceMs + marginMs;
  let silentSince: number | undefined;
  while (isThere(pid)) {
    const now = io.clock.monotonic();
    if (now > endsBy) throw new Error(`The daemon (process ${pid}) does not end; end it with: kill -9 ${pid}`);
    silentSince = await isAnswering(url) ? undefined : silentSince ?? now;
    if (silentSince !== undefined && now - silentSince > deadMs) break;
    await sleep(askEveryMs, io);
  }
  return true;
}

/** `undefined`: none runs. */
async function tellToQuit(io: Io, isNow: boolean): Promise<Quitting | undefined> {
  try {
    using daemon = await connectToDaemon(io);
    const answer = await daemon.control("quit", { method: "POST", body: isNow ? { graceMs: 0 } : {} });
    const { inFlight, graceMs } = answer as Omit<Quitting, "url" | "pid">;
    return { url: daemon.url, pid: daemon.pid, inFlight, graceMs };
  } catch (error) {
    if (error instanceof DaemonNotRunning) return undefined;
    throw error;
  }
}

async function isAnswering(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  try {
    (await Deno.connect({ hostname: hostname.replace(/^\[|\]$/g, ""), port: Number(port) })).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether the process is there: its socket closes before it has let go of all it held. */
function isThere(pid: number): boolean {
  try {
    // Does nothing to a process that runs.
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
