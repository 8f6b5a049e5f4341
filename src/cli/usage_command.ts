import { resolvePaths } from "../config/paths.ts";
import { parseSince } from "../core/parse_since.ts";
import type { UsageBucket, UsageRange, UsageSummary } from "../state/usage.ts";
import { appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { DaemonNotRunning } from "./daemon_not_running.ts";
import { ExitCode, type Io } from "./io.ts";
import { terminalLine } from "./terminal_text.ts";
import { UsageError } from "./usage_error.ts";
import { usageText } from "./usage_text.ts";

/** What `GET /control/v1/usage` tells. */
export interface UsageReport {
  /** Whether requests are recorded now. */
  recording: boolean;
  problem: string | null;
  summary: UsageSummary;
  series: UsageBucket[];
}

const buckets = 60;

/** `usage [--since TIME]`: from the running daemon, or from its file. */
export async function usageCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const { since: text = "7d" } = invocation.options;
  const until = io.clock.now();
  const since = parseSince(text, until);
  if (since === undefined || since >= until) {
    const form = "how long ago, such as 24h, 7d or 4w, or a day in the past, such as 2026-01-05";
    throw new UsageError(`--since takes ${form}, not "${terminalLine(text)}"`, { path: ["usage"] });
  }
  const report = await reportOf(io, { since, until: until + 1 });
  if (invocation.switches.has("json")) io.out(`${JSON.stringify(report, null, 2)}\n`);
  else io.out(usageText(report, appearanceOf(io)));
  return ExitCode.done;
}

async function reportOf(io: Io, range: UsageRange): Promise<UsageReport> {
  try {
    using daemon = await connectToDaemon(io);
    const query = new URLSearchParams({ since: new Date(range.since).toISOString(), buckets: `${buckets}` });
    return await daemon.control(`usage?${query}`) as UsageReport;
  } catch (error) {
    if (!(error instanceof DaemonNotRunning)) throw error;
    const { readUsage } = await import("../app/read_usage.ts");
    return { recording: false, problem: null, ...await readUsage(resolvePaths(io.env), { ...range, buckets }) };
  }
}
