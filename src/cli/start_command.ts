import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { ExitCode, type Io } from "./io.ts";
import { terminalText } from "./terminal_text.ts";

/** Patience with a start: a keyring that asks for its password is not waited for. */
const startMs = 30_000;

/** `start`: the daemon in the background, by the means of this machine. */
export async function startCommand({ io }: CommandContext): Promise<ExitCode> {
  const url = (await running(io))?.url;
  if (url !== undefined) {
    io.out(`CloudToLocalLLM runs already at ${url}\n`);
    return ExitCode.done;
  }
  await startInBackground(io);
  return ExitCode.done;
}

/** Starts it and says so. Throws, with why, when it does not answer in the end. */
export async function startInBackground(io: Io): Promise<void> {
  const { openAutostart } = await import("../service/autostart/open_autostart.ts");
  const { unit } = openAutostart(io);
  const isByUnit = await unit.isKnown();
  if (isByUnit) checkUnitStart(await unit.start(), unit.name);
  else await startProcess(io);
  const url = (await running(io))?.url;
  if (url === undefined) throw new Error(`The daemon was started and does not answer; see: ${io.programName} logs`);
  io.out(`CloudToLocalLLM runs at ${url}${isByUnit ? `, as ${unit.name}` : ""}\n`);
}

function checkUnitStart(
  result: Awaited<ReturnType<import("../service/systemd/systemctl.ts").Systemctl>>,
  name: string,
): void {
  if (result.kind === "ended" && result.code === 0) return;
  const words = result.kind === "absent" ? result.reason : result.words;
  throw new Error(`systemd could not start ${name}: ${terminalText(words)}\nSee: journalctl --user --unit ${name}`);
}

async function startProcess(io: Io): Promise<void> {
  const { startDetached } = await import("../service/start/start_detached.ts");
  const { lastingCommand } = await import("../core/self_command.ts");
  const command = lastingCommand(["run", "--unless-running"], io);
  const readyPid = async () => (await running(io))?.pid;
  const start = await startDetached({ command, clock: io.clock, withinMs: startMs, readyPid });
  if (start.kind === "running" || (start.kind === "ended" && start.code === 0)) return;
  const why = terminalText(start.said).trim();
  if (start.kind === "ended") throw new Error(`The daemon could not start:\n${why || `it ended with ${start.code}`}`);
  throw new Error(`The daemon did not answer within ${startMs / 1_000} s${why ? `; it said:\n${why}` : ""}`);
}

/** The daemon that answers now; `undefined`: none does. */
async function running(io: Io): Promise<{ url: string; pid: number } | undefined> {
  try {
    using daemon = await connectToDaemon(io);
    await daemon.control("mode");
    return { url: daemon.url, pid: daemon.pid };
  } catch (error) {
    if (error instanceof Error && error.name === "DaemonNotRunning") return undefined;
    throw error;
  }
}
