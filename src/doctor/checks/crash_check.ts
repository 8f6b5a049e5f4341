import type { Check } from "../check.ts";
import { found } from "../finding.ts";

/** What the last run left if it ended by a fault. */
export const crashCheck: Check = {
  name: "crash",
  async run({ lastCrash, commands }) {
    const crash = await lastCrash?.();
    if (crash === undefined) return [];
    const remedy = commands.logs === null ? undefined : { run: commands.logs };
    return [found("last-crash", `The last run of the daemon crashed at ${crash.at}: ${crash.reason}`, remedy)];
  },
};
