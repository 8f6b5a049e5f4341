import type { Percentiles } from "./measure_first_byte.ts";
import type { IdleFigures } from "./measure_idle.ts";
import type { TrayFigures } from "./measure_tray.ts";
import type { ProcessMemory } from "./process_memory.ts";
import type { BenchResult } from "./run_bench.ts";
import type { Summary } from "./statistics.ts";
import { targetsTable } from "./targets.ts";

const missing = "–";

/** The whole result as Markdown. */
export function renderReport(result: BenchResult): string {
  return [targetsTable(result), wayTable(result), variantTable(result), notes(result)].join("\n\n");
}

/** A Markdown table; `deno fmt` aligns it. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function wayTable({ rates, firstBytes, streams, failover, recovery }: BenchResult): string {
  const names = [...rates.keys()];
  const direct = rates.get("direct")!;
  const rate = (name: string) => withShare(rates.get(name)!, direct);
  const tokens = (name: string) => withShare(streams.get(name)!, streams.get("direct")!);
  const firstByte = (name: string) => {
    const { whole, added } = firstBytes.get(name)!;
    return added ? `+${percentilesText(added)}` : percentilesText(whole);
  };
  const atBroker = (text: string) => names.map((name) => name === "broker" ? text : missing);
  return table(["The way through", ...names], [
    ["requests/s, 16 connections, small whole chats", ...names.map(rate)],
    ["time to first byte, p50 / p99; added to direct", ...names.map(firstByte)],
    ["streamed tokens/s, 8 streams, bytes passed through", ...names.map(tokens)],
    ["streamed tokens/s, 8 streams, OpenAI client of an Ollama backend", ...atBroker(tokens("translated"))],
    [
      "refused local backend: added to the cloud asked directly",
      ...atBroker(`+${percentilesText(failover.overDirect)}`),
    ],
    ["… added to the cloud asked through the broker", ...atBroker(`+${percentilesText(failover.overBroker)}`)],
    ["killed backend restarted: until it is used again", ...atBroker(`${seconds(recovery)} s`)],
  ]);
}

function variantTable({ starts, idle, tray, plan }: BenchResult): string {
  const names = [...starts.keys()];
  const row = (title: string, text: (name: string) => string) => [title, ...names.map(text)];
  const withTray = (text: (figures: TrayFigures) => string) => (name: string) =>
    tray.has(name) ? text(tray.get(name)!) : missing;
  const memory = (title: string, at: keyof Omit<IdleFigures, "cpuPercent">) =>
    row(`${title}: private dirty / private / proportional / resident, MB`, (name) => megabytes(idle.get(name)![at]));
  return table(["The process", ...names], [
    row("start to first answer (`GET /`), ms", (name) => spread(starts.get(name)!.toFirstAnswer, 0)),
    row("start to first answered chat, ms", (name) => spread(starts.get(name)!.toFirstChat, 0)),
    memory("after start", "afterStart"),
    memory(`idle for ${plan.idle.settleMs / 1_000} s`, "afterSettling"),
    memory(`after ${count(plan.idle.requests)} requests`, "afterRequests"),
    memory(`${plan.idle.coolMs / 1_000} s later`, "afterCooling"),
    row("CPU at idle, one backend up and one down, % of a core", (name) => spread(idle.get(name)!.cpuPercent, 2)),
    row(
      "with the tray connected: private dirty / private / proportional / resident, MB",
      withTray(({ memory }) => megabytes(memory)),
    ),
    row("… CPU at idle, % of a core", withTray(({ cpuPercent }) => spread(cpuPercent, 2))),
    row("… wake-ups a second at idle, all threads", withTray(({ wakeUps }) => spread(wakeUps, 1))),
    row("… the same without a desktop", withTray(({ wakeUpsAlone }) => spread(wakeUpsAlone, 1))),
  ]);
}

function notes({ machine, plan, failover, rates }: BenchResult): string {
  const nginx = rates.has("nginx")
    ? "nginx runs with one worker, `proxy_buffering off` and connections to the backend kept."
    : "nginx is not installed here, so its column is left out.";
  return `Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}, ` +
    `Deno ${machine.deno}. Load generator, broker and backend are three processes on these ${machine.cores} cores: ` +
    "rates say how the ways compare, not what a larger machine reaches.\n\n" +
    `Figures are medians (least–most) of ${plan.rate.rounds} rounds of ${plan.rate.ms / 1_000} s for requests, ` +
    `${plan.streams.rounds} rounds of 8 streams of ${
      count(plan.streams.tokens)
    } tokens, ${plan.start.rounds} starts, ` +
    `${plan.idle.lives} lives of the process for memory and CPU, and ${plan.recovery.awayMs.length} recoveries; ` +
    `percentiles are of ${plan.firstByte.samples} streams one at a time and ${failover.samples} failovers. ` +
    "Each round measures every column, in turn. The backend is a minimal fixture that answers at once. " + nginx +
    " `source` is what `deno task start` runs, `bundle` the same bundled, minified and split into chunks, `floor` a one-line server: " +
    "what the runtime itself costs. Proportional memory is shared with the other Deno processes of the bench. " +
    "With the tray connected the daemon is on a session bus of the bench's own, whose panel has read its icon and menu; " +
    "in all other rows it has no desktop.";
}

function withShare(value: Summary, direct: Summary): string {
  const text = `${count(value.median)} (${count(value.min)}–${count(value.max)})`;
  return value === direct ? text : `${text}, ${Math.round(value.median / direct.median * 100)} %`;
}

function percentilesText({ p50, p99 }: Percentiles): string {
  return `${p50.toFixed(2)} / ${p99.toFixed(2)} ms`;
}

function megabytes(memory: Record<keyof ProcessMemory, Summary>): string {
  const figures = [memory.privateDirtyKb, memory.privateKb, memory.proportionalKb, memory.residentKb];
  return figures.map(({ median }) => (median / 1_024).toFixed(1)).join(" / ");
}

function spread({ median, min, max }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function seconds({ median, min, max }: Summary): string {
  return spread({ median: median / 1_000, min: min / 1_000, max: max / 1_000 }, 1);
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
