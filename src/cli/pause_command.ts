import { timeOfDay } from "../core/time_of_day.ts";
import type { StatusReport } from "../state/status.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { ExitCode } from "./io.ts";
import { parseDurationMs } from "./parse_duration.ts";

/** `pause [DURATION]`: no request leaves for the cloud until then. */
export async function pauseCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  const { DURATION: duration } = invocation.arguments;
  // Checked when the line was parsed.
  const body = duration === undefined ? {} : { forMs: parseDurationMs(duration) };
  const { pause } = await daemon.control("pause", { method: "PUT", body }) as Pick<StatusReport, "pause">;
  const end = pause?.until ? `until ${timeOfDay(Date.parse(pause.until))}` : `until you type: ${io.programName} resume`;
  io.out(`The cloud is paused ${end}\n`);
  return ExitCode.done;
}

/** `resume`: the mode that the user chose holds again. */
export async function resumeCommand({ io }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  await daemon.control("pause", { method: "DELETE" });
  const { mode } = await daemon.control("mode") as { mode: string };
  io.out(`The cloud is not paused; the mode is ${mode}\n`);
  return ExitCode.done;
}
