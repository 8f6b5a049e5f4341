import type { OwnCommands } from "../doctor/check.ts";
import { findCommand } from "./commands.ts";

/** How the user starts this program's commands, for advice that can be pasted. */
export function ownCommands(program: string): OwnCommands {
  const command = (name: string, words = name) => findCommand(name.split(" ")) ? `${program} ${words}` : null;
  const start = command("start") ?? `${program} run --unless-running &`;
  return {
    program,
    start,
    restart: (pid) => command("restart") ?? restartBySignal(pid, start),
    autostart: command("autostart", "autostart enable"),
    logs: command("logs"),
    migrate: command("migrate"),
    setup: command("setup"),
  };
}

/** It may take until `shutdownGraceMs` is over. */
function restartBySignal(pid: number | undefined, start: string): string {
  if (pid === undefined) return start;
  return `kill ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done; ${start}`;
}
