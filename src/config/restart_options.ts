import type { Config } from "./schema.ts";

/** Options that are read at the start only. */
const keys = ["host", "port"] as const;

/** Which options change between `previous` and `next` to something else than the daemon `started` with. */
export function restartOptions(
  { started, previous, next }: Record<"started" | "previous" | "next", Config["listen"]>,
): string[] {
  return keys.filter((key) => next[key] !== previous[key] && next[key] !== started[key]).map((key) => `listen.${key}`);
}
