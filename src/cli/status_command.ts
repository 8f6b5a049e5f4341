import type { StatusReport } from "../state/status.ts";
import { appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { ExitCode } from "./io.ts";
import { statusText } from "./status_text.ts";

/** `status`: done whatever the state, for the question was answered; scripts read `--json`. */
export async function statusCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  const report = await daemon.control("status") as StatusReport;
  if (invocation.switches.has("json")) io.out(`${JSON.stringify(report, null, 2)}\n`);
  else io.out(statusText(report, appearanceOf(io), io.clock.now()));
  return ExitCode.done;
}
