import type { Paths } from "../config/paths.ts";

/** Where the record of use is. */
export function usagePath({ stateDir }: Pick<Paths, "stateDir">): string {
  return `${stateDir}/usage.db`;
}
