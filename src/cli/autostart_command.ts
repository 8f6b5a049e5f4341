import type { CommandContext } from "./command.ts";
import { ExitCode } from "./io.ts";

/** `autostart enable|disable|status` */
export async function autostartCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const { openAutostart } = await import("../service/autostart/open_autostart.ts");
  const { autostart, unit, xdg } = openAutostart({ env: io.env, clock: io.clock });
  const [, what] = invocation.path;
  if (what !== "status") await autostart.set(what === "enable");
  const means = await autostart.means();
  const words = {
    systemd: `starts at login, by the systemd unit ${unit.name}`,
    xdg: `starts at login, by ${xdg.file}`,
    none: "does not start at login",
  };
  io.out(`CloudToLocalLLM ${words[means ?? "none"]}\n`);
  return ExitCode.done;
}
