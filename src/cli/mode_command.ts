import type { RouteMode } from "../core/types.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { ExitCode } from "./io.ts";

/** `mode [MODE]`: prints the mode that now holds, alone on its line. */
export async function modeCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  const wanted = invocation.arguments.MODE;
  const { mode } = await daemon.control(
    "mode",
    wanted === undefined ? {} : { method: "PUT", body: { mode: wanted } },
  ) as { mode: RouteMode };
  io.out(`${mode}\n`);
  return ExitCode.done;
}
