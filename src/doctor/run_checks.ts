import { messageOf } from "../core/errors.ts";
import { within } from "../core/within.ts";
import type { Check, DoctorContext } from "./check.ts";
import { type Finding, found } from "./finding.ts";

/** What `doctor --json` prints. */
export interface DoctorReport {
  /** Of this program. */
  version: string;
  /** What is worst first. */
  findings: Finding[];
}

/** How long one check may take: the test of a connection waits ten seconds for each of its steps. */
const checkWithinMs = 25_000;

const rank = { problem: 0, warning: 1, note: 2, ok: 3 } as const;

/** Makes all checks at once. One that throws, or does not end in time, is a finding itself; never rejects. */
export async function runChecks(checks: readonly Check[], context: DoctorContext): Promise<DoctorReport> {
  const results = await Promise.all(checks.map((check) => runCheck(check, context)));
  const findings = results.flat().sort((a, b) => rank[a.severity] - rank[b.severity]);
  return { version: context.version, findings };
}

async function runCheck(check: Check, context: DoctorContext): Promise<Finding[]> {
  const late = () => new Error(`it took longer than ${checkWithinMs / 1000} s`);
  try {
    return await within(checkWithinMs, check.run(context), { clock: context.clock, late });
  } catch (error) {
    return [found("check-failed", `The check "${check.name}" could not be made: ${messageOf(error)}`)];
  }
}
