import type { Check, CrashSight, DoctorContext } from "../check.ts";
import { type Finding, found } from "../finding.ts";

/** How long a crash is told of, in ms. */
const toldForMs = 7 * 86_400_000;
/** So many in a day are no accident. */
const often = 3;

/** What the last run left if it ended by a fault. */
export const crashCheck: Check = {
  name: "crash",
  async run({ lastCrash, commands, clock }) {
    const crash = await lastCrash();
    return crash === undefined ? [] : crashFindings(crash, { commands, now: clock.now() });
  },
};

/** Pure. `now`: ms since 1970. */
export function crashFindings(
  { at, error, isWithMachine, inLastDay }: CrashSight,
  { commands: { logs }, now }: Pick<DoctorContext, "commands"> & { now: number },
): Finding[] {
  if (isWithMachine || now - Date.parse(at) > toldForMs) return [];
  const reason = error ?? "it was killed, or left no words";
  const what = `The daemon ended by a fault, and was last seen alive at ${at}: ${reason}`;
  return inLastDay >= often
    ? [
      found("crashes-often", `The daemon crashed ${inLastDay} times within a day; the last time: ${reason}`, {
        run: logs,
      }),
    ]
    : [found("last-crash", what, { run: logs })];
}
