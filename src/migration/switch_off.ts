import { messageOf } from "../core/errors.ts";
import { type Clock, sleep } from "../core/clock.ts";
import { hideOldAutostart } from "./old_autostart.ts";
import { findOldLink, quitOldLink } from "./old_link.ts";
import { findOldProcesses } from "./old_process.ts";
import { findOldUnit, oldUnitName } from "./old_unit.ts";
import type { PredecessorTraces } from "./predecessor_traces.ts";
import type { MigrationStep } from "./report.ts";
import type { RunTool } from "./run_tool.ts";

/** How often, and after how many ms, it is looked whether a process has ended that was asked to. */
const [looks, lookMs] = [20, 100];

export interface SwitchOffOptions {
  env: (name: string) => string | undefined;
  run: RunTool;
  clock: Clock;
  onStep?: (step: MigrationStep) => void;
}

/**
 * Switches off what runs of the predecessor or starts by itself; its user has agreed. Everything can be switched on
 * again (docs/MIGRATION.md): nothing is removed. Never rejects; what was not possible is told with the remedy.
 */
export async function switchOff(traces: PredecessorTraces, options: SwitchOffOptions): Promise<MigrationStep[]> {
  const steps: MigrationStep[] = [];
  const tell = (step: MigrationStep["step"], state: MigrationStep["state"], text: string) => {
    const told: MigrationStep = { step, state, text };
    steps.push(told);
    options.onStep?.(told);
  };
  // The unit first: it would start again what was asked to end.
  await switchOffUnit(traces, options, tell);
  for (const entry of traces.autostart) {
    await hideOldAutostart(entry).then(
      () =>
        tell(
          "autostart",
          "done",
          `The autostart entry ${entry.file} is switched off by Hidden=true in ${entry.userFile}`,
        ),
      (error) => tell("autostart", "left", `The autostart entry ${entry.file} stays: ${messageOf(error)}`),
    );
  }
  await endProcesses(traces, options, tell);
  return steps;
}

/** What switching off would do. Pure. */
export function wouldSwitchOff({ unit, autostart, link, processes }: PredecessorTraces): MigrationStep[] {
  const steps: MigrationStep[] = [];
  const tell = (step: MigrationStep["step"], text: string) => steps.push({ step, state: "would", text });
  if (unit && isOn(unit)) tell("unit", `The systemd unit ${oldUnitName} would be stopped and disabled`);
  for (const { file } of autostart) tell("autostart", `The autostart entry ${file} would be switched off`);
  if (link || processes.length > 0) tell("process", "The predecessor, which runs, would be asked to end");
  return steps;
}

type Tell = (step: MigrationStep["step"], state: MigrationStep["state"], text: string) => void;

async function switchOffUnit({ unit }: PredecessorTraces, { env, run }: SwitchOffOptions, tell: Tell): Promise<void> {
  if (!unit || !isOn(unit)) return;
  const result = await run("systemctl", ["--user", "disable", "--now", oldUnitName]);
  const after = await findOldUnit(env, run);
  if (!after || !isOn(after)) {
    return tell("unit", "done", `The systemd unit ${oldUnitName} is stopped and disabled`);
  }
  const why = result === undefined ? "systemctl cannot be started" : result.stderr.trim().split("\n")[0];
  const [global] = after.enabledBy.filter((link) => link.startsWith("/etc/") || link.startsWith("/usr/"));
  const remedy = global
    ? `${global} enables it for all users; end that with: sudo systemctl --global disable ${oldUnitName}`
    : `try it with: systemctl --user disable --now ${oldUnitName}`;
  tell("unit", "left", `The systemd unit ${oldUnitName} is still on${why ? ` (${why})` : ""}: ${remedy}`);
}

async function endProcesses(traces: PredecessorTraces, options: SwitchOffOptions, tell: Tell): Promise<void> {
  const { link, processes } = traces;
  if (!link && processes.length === 0) return;
  const { env, run, clock } = options;
  const isQuit = link !== null && await quitOldLink(link.port, { clock });
  const before = new Set(processes.map(({ pid }) => pid));
  const isLeft = async () => (await findOldProcesses(run)).filter(({ pid }) => before.has(pid));
  let left = await isLeft();
  // It closes its connections before it ends.
  for (let look = 0; left.length > 0 && isQuit && look < looks; look++) {
    await sleep(lookMs, { clock });
    left = await isLeft();
  }
  if (left.length > 0) {
    const pids = left.map(({ pid }) => pid).join(" ");
    return tell("process", "left", `The predecessor still runs; end it with: kill ${pids}`);
  }
  const answers = isQuit ? null : await findOldLink(env, { clock });
  if (answers === null) tell("process", "done", "The predecessor has ended");
  else tell("process", "left", `The predecessor still answers on port ${answers.port}; end it from its tray icon`);
}

function isOn({ isActive, enabledBy }: NonNullable<PredecessorTraces["unit"]>): boolean {
  return isActive || enabledBy.length > 0;
}
