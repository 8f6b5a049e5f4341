import type { MigrationReport, MigrationStep } from "../migration/report.ts";
import type { PredecessorTraces } from "../migration/predecessor_traces.ts";
import type { RunTool } from "../migration/run_tool.ts";
import type { CommandContext } from "./command.ts";
import { ExitCode, type Io } from "./io.ts";
import { readLines } from "./read_lines.ts";
import { openSecrets } from "./secrets_access.ts";
import { terminalLine } from "./terminal_text.ts";

export interface MigrateParts {
  /** Starts programs of the system. Default: by PATH. */
  run?: RunTool;
}

/** `migrate`: what runs of the predecessor is switched off first, so that it does not write what is being taken over. */
export async function migrateCommand(
  { io, invocation: { switches } }: CommandContext,
  parts: MigrateParts = {},
): Promise<ExitCode> {
  const isDryRun = switches.has("dry-run");
  const isJson = switches.has("json");
  const onStep = isJson ? undefined : (step: MigrationStep) => io.out(`${lineOf(step)}\n`);
  const { traces, steps } = await predecessor(io, parts, { isDryRun, isJson, isAgreed: switches.has("yes"), onStep });
  const insecureFile = switches.has("insecure-file");
  const { migrate } = await import("../app/migrate.ts");
  const report = await migrate({
    env: io.env,
    clock: io.clock,
    isDryRun,
    insecureFile,
    merge: switches.has("merge"),
    replaceToken: switches.has("replace-token"),
    onStep,
    keep: async (name, value) => {
      await using secrets = await openSecrets(io);
      return (await secrets.set(name, value, { insecureFile })).home;
    },
  });
  if (isJson) {
    io.out(`${JSON.stringify({ ...report, steps: [...steps, ...report.steps], predecessor: traces }, null, 2)}\n`);
  } else printRest(io, report, steps);
  return [...steps, ...report.steps].some(({ state }) => state === "left") ? ExitCode.failed : ExitCode.done;
}

interface SwitchingOff {
  isDryRun: boolean;
  isJson: boolean;
  isAgreed: boolean;
  onStep: ((step: MigrationStep) => void) | undefined;
}

async function predecessor(
  io: Io,
  parts: MigrateParts,
  { isDryRun, isJson, isAgreed, onStep }: SwitchingOff,
): Promise<{ traces: PredecessorTraces; steps: MigrationStep[] }> {
  const { env, clock } = io;
  const [{ describeActive, findPredecessor }, { switchOff, wouldSwitchOff }, { toolRunner }] = await Promise.all([
    import("../migration/predecessor_traces.ts"),
    import("../migration/switch_off.ts"),
    import("../migration/run_tool.ts"),
  ]);
  const run = parts.run ?? toolRunner();
  const traces = await findPredecessor(env, run, { clock });
  const active = describeActive(traces);
  if (active.length === 0) return { traces, steps: [] };
  if (!isJson) {
    io.out(`The predecessor is on this machine:\n${active.map((line) => `  ${terminalLine(line)}\n`).join("")}`);
  }
  if (!isDryRun && (isAgreed || await agrees(io, isJson))) {
    return { traces, steps: await switchOff(traces, { env, run, clock, onStep }) };
  }
  const steps = wouldSwitchOff(traces);
  for (const step of steps) onStep?.(step);
  return { traces, steps };
}

/** Only who sees the question can agree. */
async function agrees(io: Io, isJson: boolean): Promise<boolean> {
  if (isJson || !io.isTerminal.stdin || !io.isTerminal.stdout) return false;
  io.out("Switch that off? It can be switched on again. [y/N] ");
  for await (const line of readLines(io.stdin())) return /^\s*y(es)?\s*$/i.test(line);
  return false;
}

const signs = { done: "done  ", would: "would ", unneeded: "ok    ", left: "left  " } as const;

function lineOf({ state, text }: MigrationStep): string {
  return `${signs[state]}${terminalLine(text)}`;
}

function printRest(io: Io, { file, outcome, steps, notCarriedOver }: MigrationReport, switched: MigrationStep[]): void {
  if (outcome === "nothing") io.out(`There is no ${terminalLine(file)}: no settings to take over\n`);
  if (notCarriedOver.length > 0) {
    io.out(`Not carried over from ${terminalLine(file)}:\n`);
    for (const { path, reason } of notCarriedOver) io.out(`  ${terminalLine(`${path} ${reason}`)}\n`);
  }
  const advice = [
    steps.some(({ code }) => code === "needs_consent") &&
    `To agree to the file: ${io.programName} migrate --insecure-file`,
    switched.some(({ state }) => state === "would") && `To switch the predecessor off: ${io.programName} migrate --yes`,
  ];
  for (const line of advice) if (line) io.out(`${line}\n`);
}
