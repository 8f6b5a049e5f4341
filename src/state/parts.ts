import type { PartSeen } from "../core/part_seen.ts";
import type { AppState } from "./app_state.ts";

/** A part of the daemon that may fail without the others. */
export interface PartState {
  /** As people call it: `tray`, `settings page`. */
  name: string;
  seen: PartSeen;
  /** Since when, ms since 1970. */
  since: number;
  /** How often it has failed since the daemon started. */
  failures: number;
}

/** What `status` says of a part. */
export interface PartStatus {
  name: string;
  /** running; waiting: goes on once something outside it is there; failed: is tried again; off: not wanted or needed. */
  state: PartSeen["state"];
  /** Why it waits or has failed, as a sentence; `null` when it does neither. */
  reason: string | null;
  /** ISO 8601. */
  since: string;
  /** How often it has failed since the daemon started. */
  failures: number;
}

/** The state with what was seen of a part now, ms since 1970; the same object when that is no news. */
export function withPart(state: AppState, name: string, seen: PartSeen, now: number): AppState {
  const before = state.parts.find((part) => part.name === name);
  if (before && isSame(before.seen, seen)) return state;
  const isNewFailure = seen.state === "failed" && before?.seen.state !== "failed";
  const failures = (before?.failures ?? 0) + (isNewFailure ? 1 : 0);
  const since = before?.seen.state === seen.state ? before.since : now;
  const others = state.parts.filter((part) => part !== before);
  const parts = [...others, { name, seen, since, failures }].sort((a, b) => a.name < b.name ? -1 : 1);
  return { ...state, parts };
}

export function partStatus({ name, seen, since, failures }: PartState): PartStatus {
  const reason = "reason" in seen ? seen.reason : null;
  return { name, state: seen.state, reason, since: new Date(since).toISOString(), failures };
}

function isSame(a: PartSeen, b: PartSeen): boolean {
  return a.state === b.state && ("reason" in a ? a.reason : "") === ("reason" in b ? b.reason : "");
}
