import type { TrayFigures } from "./measure_tray.ts";
import { table } from "./report.ts";
import type { BenchResult } from "./run_bench.ts";

/** One target: what was to be reached, and by which variants it was. */
interface Row {
  goal: string;
  target: string;
  limit: number;
  unit: string;
  digits: number;
  /** Measured values by column; a column without one is not judged. */
  values: Record<string, number>;
}

const variants = ["source", "bundle"];

/** Each target of the first release with what was measured, and whether it is reached. */
export function targetsTable(result: BenchResult): string {
  return table(
    ["Target", "Wanted", ...variants],
    rows(result).map((row) => [
      row.goal,
      row.target,
      ...variants.map((name) => verdict(row, row.values[name])),
    ]),
  );
}

function rows({ starts, idle, tray, recovery }: BenchResult): Row[] {
  const each = (value: (name: string) => number) => Object.fromEntries(variants.map((name) => [name, value(name)]));
  const eachTray = (value: (figures: TrayFigures) => number) =>
    Object.fromEntries([...tray].map(([name, figures]) => [name, value(figures)]));
  return [
    {
      goal: "start to first answer",
      target: "≤ 300 ms",
      limit: 300,
      unit: "ms",
      digits: 0,
      values: each((name) => starts.get(name)!.toFirstAnswer.median),
    },
    {
      goal: "private memory at idle (private dirty)",
      target: "≤ 16 MB",
      limit: 16,
      unit: "MB",
      digits: 1,
      values: each((name) => idle.get(name)!.afterSettling.privateDirtyKb.median / 1_024),
    },
    {
      goal: "CPU at idle",
      target: "< 0.5 %",
      limit: 0.5,
      unit: "%",
      digits: 2,
      values: each((name) => idle.get(name)!.cpuPercent.median),
    },
    {
      goal: "private memory at idle, with the tray connected",
      target: "≤ 20 MB",
      limit: 20,
      unit: "MB",
      digits: 1,
      values: eachTray(({ memory }) => memory.privateDirtyKb.median / 1_024),
    },
    {
      goal: "CPU at idle, with the tray connected",
      target: "< 0.5 %",
      limit: 0.5,
      unit: "%",
      digits: 2,
      values: eachTray(({ cpuPercent }) => cpuPercent.median),
    },
    {
      goal: "restarted backend is used again",
      target: "≤ 10 s",
      limit: 10,
      unit: "s",
      digits: 1,
      values: { source: recovery.max / 1_000 },
    },
  ];
}

function verdict({ limit, unit, digits }: Row, value: number | undefined): string {
  if (value === undefined) return "–";
  return `${value.toFixed(digits)} ${unit}: ${value <= limit ? "reached" : "**not reached**"}`;
}
