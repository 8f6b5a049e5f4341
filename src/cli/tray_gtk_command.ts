import type { Command } from "./command.ts";

/** The process that owns GTK for the daemon; users have no use for it. Ends with codes that only the daemon reads. */
export const trayGtkCommand: Command = async () => {
  const { runGtkProcess } = await import("../../ffi/gtk_process.ts");
  Deno.exit(runGtkProcess());
};
