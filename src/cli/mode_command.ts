import type { RouteMode } from "../core/types.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { ExitCode } from "./io.ts";
import { terminalLine } from "./terminal_text.ts";

/** `mode [MODE]`: prints the chosen mode, alone on its line; that another is in force, on standard error. */
export async function modeCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  const wanted = invocation.arguments.MODE;
  const { mode, inForce = mode, reason } = await daemon.control(
    "mode",
    wanted === undefined ? {} : { method: "PUT", body: { mode: wanted } },
  ) as { mode: RouteMode; inForce?: RouteMode; reason?: string | null };
  io.out(`${mode}\n`);
  if (inForce !== mode) io.err(`In force is ${inForce}: ${terminalLine(reason ?? "")}\n`);
  return ExitCode.done;
}
