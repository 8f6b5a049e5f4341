import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, type Remedy } from "../finding.ts";
import { listeningProcess } from "../port_sight.ts";
import { oldUnit, type PredecessorSight } from "../predecessor_sight.ts";
import { shellWord } from "../shell_word.ts";

/** Whether the program that this one replaces runs, or starts by itself. */
export const predecessorCheck: Check = {
  name: "predecessor",
  async run(context) {
    const sight = await context.predecessor();
    const port = sight.link?.port;
    const listener = port === undefined
      ? undefined
      : listeningProcess((await context.run("ss", ["-Hltnp", `sport = :${port}`])).stdout);
    return predecessorFindings(sight, context, listener?.pid);
  },
};

/** Pure. `listener`: process that answers at the predecessor's port. */
export function predecessorFindings(
  { unit, autostart, link, processes, settings }: PredecessorSight,
  { commands: { migrate } }: Pick<DoctorContext, "commands">,
  listener?: number,
): Finding[] {
  const findings: Finding[] = [];
  const pids = [...new Set([...listener === undefined ? [] : [listener], ...processes.map(({ pid }) => pid)])];
  if (link !== null || pids.length > 0 || unit?.isActive) {
    const where = link === null ? "" : `, and answers the app on port ${link.port}`;
    const who = pids.length > 0 ? ` (process ${pids.join(", ")})` : "";
    const what = `The old tray daemon of CloudToLocalLLM runs${who}${where}`;
    findings.push(found("predecessor-runs", what, end(pids, unit)));
  }
  if (unit !== null && unit.enabledBy.length > 0 && !unit.isActive) {
    const run = `systemctl --user disable --now ${oldUnit}`;
    findings.push(found("predecessor-starts", `The old unit ${oldUnit} starts at login`, { run }));
  }
  for (const { file, userFile } of autostart) {
    // One of the whole machine is switched off by a file of the user's own.
    const run = file === userFile || migrate === null ? `rm ${shellWord(file)}` : `${migrate} --yes`;
    findings.push(found("predecessor-starts", `${file} starts the old tray daemon at login`, { run }));
  }
  if (settings !== null && migrate !== null && findings.length > 0) {
    findings.push(found("predecessor-settings", `${settings} has settings of the old program`, { run: migrate }));
  }
  return findings;
}

function end(pids: readonly number[], unit: PredecessorSight["unit"]): Remedy {
  if (unit?.isActive) return { run: `systemctl --user disable --now ${oldUnit}` };
  if (pids.length > 0) return { run: `kill ${pids.join(" ")}` };
  return { run: "pkill -f 'cloudtolocalllm-(enhanced-)?tray|enhanced_tray_daemon'" };
}
