import { resolvePaths } from "../config/paths.ts";
import { timeText } from "../core/time_of_day.ts";
import type { Io } from "./io.ts";
import { terminalLine } from "./terminal_text.ts";

/**
 * A sentence on the crashes of the last 24 hours; `undefined`: there was none, or it cannot be read, which is for
 * `doctor` to say.
 */
export async function crashNotice(io: Io): Promise<string | undefined> {
  try {
    const { readCrashReport } = await import("../service/crash/crash_report.ts");
    const now = io.clock.now();
    const report = await readCrashReport(resolvePaths(io.env), now);
    const last = report?.crashes.findLast(({ isWithMachine }) => !isWithMachine);
    if (!report || !last || report.inLastDay === 0) return undefined;
    const count = report.inLastDay === 1 ? "once" : `${report.inLastDay} times`;
    const why = last.error === null ? "" : ` (${terminalLine(last.error)})`;
    const at = timeText(Date.parse(last.lastAliveAt), now);
    const when = report.inLastDay === 1 ? `after ${at}` : `the last time after ${at}`;
    return `The daemon crashed ${count} in the last 24 hours, ${when}${why}; see: ${io.programName} logs --since 24h`;
  } catch {
    return undefined;
  }
}
