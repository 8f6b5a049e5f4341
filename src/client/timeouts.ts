import type { ClientOptions, Timeouts } from "./options.ts";

const defaultTimeouts: Timeouts = { probeMs: 1_000, busMs: 2_000, startMs: 20_000, controlMs: 10_000 };

/** How long a call waits for a daemon that was seen before, in ms. */
export const restartWaitMs = 3_000;

export function timeoutsOf({ timeouts }: ClientOptions): Timeouts {
  return { ...defaultTimeouts, ...timeouts };
}
