import type { StatusReport } from "../state/status.ts";
import { appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { DaemonNotRunning } from "./daemon_not_running.ts";
import { ExitCode, type Io } from "./io.ts";
import { statusText } from "./status_text.ts";

/** `status`: done whatever the state, for the question was answered; scripts read `--json`. */
export async function statusCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const isForPrograms = invocation.switches.has("json");
  const crashes = isForPrograms ? undefined : await crashLine(io);
  const report = await reportOf(io).catch((error) => {
    // Where none runs a crash may be why.
    if (error instanceof DaemonNotRunning && crashes !== undefined) io.err(`${crashes}\n`);
    throw error;
  });
  if (isForPrograms) io.out(`${JSON.stringify(report, null, 2)}\n`);
  else io.out(statusText(report, appearanceOf(io), io.clock.now()) + (crashes === undefined ? "" : `\n${crashes}\n`));
  return ExitCode.done;
}

async function reportOf(io: Io): Promise<StatusReport> {
  using daemon = await connectToDaemon(io);
  return await daemon.control("status") as StatusReport;
}

async function crashLine(io: Io): Promise<string | undefined> {
  const { crashNotice } = await import("./crash_notice.ts");
  return await crashNotice(io);
}
