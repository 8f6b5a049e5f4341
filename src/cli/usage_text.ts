import { timeText } from "../core/time_of_day.ts";
import type { Location } from "../core/types.ts";
import type { TokenCounts, UsageShares, UsageSummary, UsageTotals } from "../state/usage.ts";
import type { Appearance } from "./appearance.ts";
import { durationText } from "./duration_text.ts";
import { alignColumns } from "./table.ts";
import { terminalLine } from "./terminal_text.ts";
import type { UsageReport } from "./usage_command.ts";

const columns = ["REQUESTS", "FAILED", "FAILOVERS", "LOCAL TOKENS", "CLOUD TOKENS"];

/** What `usage` prints: the sums, then who had which part of them. */
export function usageText({ problem, summary }: UsageReport, look: Appearance): string {
  const notice = problem === null ? [] : [look.warning(terminalLine(problem)), ""];
  const start = timeText(Date.parse(summary.since), Date.parse(summary.until));
  if (summary.requests === 0) return [...notice, `No request is recorded since ${start}`].join("\n") + "\n";
  return [
    ...notice,
    `Since     ${start}`,
    `Requests  ${figure(summary.requests)}, of which ${figure(summary.failed)} failed and ${
      figure(summary.failedOver)
    } went to another backend than the first`,
    `Tokens    ${tokenLine(summary, "local")}`,
    `          ${tokenLine(summary, "cloud")}`,
    ...firstByteLine(summary),
    ...table("BACKEND", summary.byBackend, { look, nobody: "(nobody answered)" }),
    ...table("MODEL", summary.byModel, { look, nobody: "(not read)" }),
    ...table("APP", summary.byApp, { look, nobody: "(not told)" }),
  ].join("\n") + "\n";
}

function tokenLine({ tokens, uncounted }: UsageSummary, location: Location): string {
  const { input, output } = tokens[location];
  const unknown = uncounted[location];
  const rest = unknown === 0 ? "" : `; ${figure(unknown)} ${unknown === 1 ? "answer" : "answers"} without a count`;
  return `${location}: ${figure(input)} in, ${figure(output)} out${rest}`;
}

function firstByteLine({ firstByteMs: { p50, p95 } }: UsageSummary): string[] {
  if (p50 === null || p95 === null) return [];
  return [`Answers   began within ${durationText(p50)} (half of them), ${durationText(p95)} (95 %)`];
}

function table(title: string, { top, others }: UsageShares, options: { look: Appearance; nobody: string }): string[] {
  const rows = top.map(({ name, ...totals }) => [terminalLine(name) || options.nobody, ...figures(totals)]);
  if (others) rows.push([`${figure(others.names)} others`, ...figures(others)]);
  const [header, ...lines] = alignColumns([[title, ...columns], ...rows]);
  return ["", options.look.bold(header), ...lines];
}

function figures({ requests, failed, failedOver, tokens }: UsageTotals): string[] {
  return [requests, failed, failedOver, sum(tokens.local), sum(tokens.cloud)].map(figure);
}

function sum({ input, output }: TokenCounts): number {
  return input + output;
}

/** `1234567` as `1,234,567`. */
function figure(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
