import type { Location, RouteMode } from "./types.ts";

/** What a status report tells of a backend. */
interface Seen {
  id: string;
  location: Location;
  health: string;
}

interface Report<T extends Seen> {
  state: string;
  mode: RouteMode;
  active: string | null;
  backends: readonly T[];
}

/** The backends in use, those of the place that is asked first before the others. */
export function backendsInUse<T extends Seen>({ backends, mode }: Pick<Report<T>, "backends" | "mode">): T[] {
  const preferred = mode === "cloud-first" || mode === "cloud-only" ? "cloud" : "local";
  const inUse = backends.filter(({ health }) => health !== "disabled");
  return [
    ...inUse.filter(({ location }) => location === preferred),
    ...inUse.filter((one) => one.location !== preferred),
  ];
}

/** The backend that the active one stands in for. */
export function missedBackend<T extends Seen>(report: Report<T>): T | undefined {
  if (report.state !== "degraded") return undefined;
  return backendsInUse(report).find(({ id, health }) => id !== report.active && health !== "up");
}
