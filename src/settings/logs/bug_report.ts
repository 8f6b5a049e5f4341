import type { SettingsContext } from "../context.ts";
import { withoutPrivate } from "../without_private.ts";

/**
 * What to send with the report of a bug, as text: version, state and the last lines of the log. Secrets and the path of
 * the home folder are taken out. Addresses of servers are left to the log: who sends it can look at what is there.
 */
export function bugReport(context: SettingsContext): string {
  const { status, recentLog, version, sentence } = context;
  const report = status();
  const modes = report.modeReason === null
    ? report.mode
    : `${report.mode}, for ${report.modeReason} (chosen: ${report.chosenMode})`;
  const lines = [
    `CloudToLocalLLM ${version} (Deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch})`,
    `State: ${report.state}. ${sentence()}`,
    `Mode: ${modes}`,
    `Running for ${Math.floor(report.uptimeMs / 60_000)} min, ${report.inFlight} requests now`,
    "Connections:",
    ...report.backends.map(({ id, kind, location, health, reason }) =>
      `- ${id}: ${kind}, ${location}, ${health}${reason === null ? "" : `: ${reason}`}`
    ),
    ...report.configError === null ? [] : ["The configuration file is not in use:", report.configError],
    "",
    "Log:",
    recentLog.text,
  ];
  return withoutPrivate(context)(lines.join("\n"));
}

/** The end of a file's name: when it was made, as `2026-01-05-1404`. */
export function stampOf(now: number): string {
  return new Date(now).toISOString().slice(0, 16).replace("T", "-").replace(":", "");
}
