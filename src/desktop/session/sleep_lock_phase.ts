/**
 * Whether the machine's sleep is to be held up for an answer. Times are of the monotonic clock, in ms.
 *
 * `waiting`: an answer runs, but not for long yet. `held`: the lock is held. `lingering`: still held, for the next answer
 * may follow at once. `delaying`: the machine is about to sleep and waits for the answers. `letting_sleep`: it no longer
 * does, until it has woken.
 */
export type SleepLockPhase =
  | { kind: "idle" | "held" | "letting_sleep" }
  | { kind: "waiting" | "lingering" | "delaying"; until: number };

/** An answer that runs this long is worth a lock; most are over before. */
const takeAfterMs = 3_000;
const lingerMs = 1_000;
/** Below logind's own limit (InhibitDelayMaxSec, 5 s unless changed): beyond it the machine sleeps anyway. */
const delayMs = 4_500;

/** What follows from the time and from whether answers run. Pure. */
export function nextPhase(phase: SleepLockPhase, { now, isBusy }: { now: number; isBusy: boolean }): SleepLockPhase {
  switch (phase.kind) {
    case "idle":
      return isBusy ? { kind: "waiting", until: now + takeAfterMs } : phase;
    case "waiting":
      if (!isBusy) return { kind: "idle" };
      return now >= phase.until ? { kind: "held" } : phase;
    case "held":
      return isBusy ? phase : { kind: "lingering", until: now + lingerMs };
    case "lingering":
      if (isBusy) return { kind: "held" };
      return now >= phase.until ? { kind: "idle" } : phase;
    case "delaying":
      return !isBusy || now >= phase.until ? { kind: "letting_sleep" } : phase;
    case "letting_sleep":
      return phase;
  }
}

/** The machine is about to sleep: a lock that was not taken in time holds up nothing any more. */
export function sleepComes(phase: SleepLockPhase, { now, isBusy }: { now: number; isBusy: boolean }): SleepLockPhase {
  return isHeld(phase) && isBusy ? { kind: "delaying", until: now + delayMs } : { kind: "letting_sleep" };
}

export function isHeld({ kind }: SleepLockPhase): boolean {
  return kind === "held" || kind === "lingering" || kind === "delaying";
}
