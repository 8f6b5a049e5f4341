import type { Paths } from "../../config/paths.ts";
import { readSmallTextFile, UnfitFile } from "../../config/small_file.ts";
import { readBootId } from "./boot_id.ts";
import { type Crash, crashesInLastDay, parseCrashes, withCrashes } from "./crash.ts";
import { openLeftMarks } from "./left_marks.ts";

/** What is known of crashes. */
export interface CrashReport {
  /** The last run that did not end by stopping. */
  last: Crash;
  /** How often the daemon itself has crashed in the last 24 hours. */
  inLastDay: number;
  /** Those of the last 30 days, at most 50, the oldest first. */
  crashes: readonly Crash[];
}

/** Where crashes are kept. */
export function crashFile({ stateDir }: Pick<Paths, "stateDir">): string {
  return `${stateDir}/crash.json`;
}

/**
 * What is known of crashes, also of one that no daemon has seen yet; `undefined`: of none. Nothing is changed. A damaged
 * file counts as none. Throws when the state folder cannot be read. `now`: ms since 1970.
 */
export async function readCrashReport(
  paths: Pick<Paths, "stateDir">,
  now: number = Date.now(),
): Promise<CrashReport | undefined> {
  const told = await readCrashes(paths);
  const left = openLeftMarks(paths.stateDir, await readBootId());
  left.forEach((mark) => mark[Symbol.dispose]());
  const crashes = withCrashes(told, left.map(({ crash }) => crash), now);
  const last = crashes.at(-1);
  return last && { last, inLastDay: crashesInLastDay(crashes, now), crashes };
}

/** The crashes that daemons have told of. */
export async function readCrashes(paths: Pick<Paths, "stateDir">): Promise<Crash[]> {
  try {
    return parseCrashes(await readSmallTextFile(crashFile(paths)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof UnfitFile) return [];
    throw error;
  }
}
