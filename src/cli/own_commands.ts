import type { OwnCommands } from "../doctor/check.ts";
import { findCommand } from "./commands.ts";

/** How the user starts this program's commands. */
export function ownCommands(program: string): OwnCommands {
  const start = `${program} start`;
  return {
    program,
    start,
    restart: `${program} restart`,
    // It may take until `shutdownGraceMs` is over.
    replace: (pid, { isStuck = false } = {}) =>
      `kill ${isStuck ? "-9 " : ""}${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done; ${start}`,
    autostart: `${program} autostart enable`,
    logs: `${program} logs`,
    setup: `${program} setup`,
    migrate: findCommand(["migrate"]) ? `${program} migrate` : null,
  };
}
