/**
 * How a part of the daemon fares now. `waiting`: it goes on by itself once something outside it is there; `failed`: it
 * is tried again by itself; `off`: it is not wanted, or not needed yet.
 */
export type PartSeen =
  | { state: "running" | "off" }
  | { state: "waiting" | "failed"; reason: string };

/** Takes what becomes of a part, named as people call it: `tray`. */
export type ReportPart = (name: string, seen: PartSeen) => void;
