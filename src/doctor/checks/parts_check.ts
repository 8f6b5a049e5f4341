import type { Check } from "../check.ts";
import { found, well } from "../finding.ts";

/** Whether the parts of a running daemon, which may fail without each other, do their work. */
export const partsCheck: Check = {
  name: "parts",
  async run(context) {
    const daemon = await context.daemon();
    if (daemon.kind !== "runs") return [];
    // An older daemon has none.
    const parts = daemon.status.parts ?? [];
    const failed = parts.filter(({ state }) => state === "failed");
    if (failed.length === 0) return parts.length === 0 ? [] : [well("parts", "Every part of the daemon works")];
    return failed.map(({ name, reason, failures }) => {
      const times = failures > 1 ? ` (${failures} times)` : "";
      const what = `The daemon's ${name} has failed${times}${reason === null ? "" : `: ${reason}`}`;
      return found("part-failed", what, { run: context.commands.logs });
    });
  },
};
