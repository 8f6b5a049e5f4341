/** A run of the daemon that did not end by stopping. */
export interface Crash {
  /** Process id; `null`, as what else is not known: its mark could not be read. */
  pid: number | null;
  version: string | null;
  /** ISO 8601. */
  startedAt: string | null;
  /** When it was last seen alive, to a few minutes; ISO 8601. */
  lastAliveAt: string;
  /** With the machine: it lost its power, or was reset. Else the daemon alone. */
  isWithMachine: boolean;
  /** The error that nobody caught, where that was it; secrets removed. */
  error: string | null;
}

/** What the daemon leaves of itself as long as it runs. */
export interface RunMark {
  pid: number;
  version: string;
  /** ISO 8601. */
  startedAt: string;
  /** Another one after each start of the machine; `null`: it cannot be told. */
  bootId: string | null;
  error: string | null;
}

const keptCrashes = 50;
/** Of what is kept of an error, in characters: its message and the top of its stack. */
const longestError = 2_000;
const keptMs = 30 * 86_400_000;
const dayMs = 86_400_000;

/** What became of a run whose mark is still there. `bootId`: that of the machine now. */
export function crashOf(
  mark: RunMark | undefined,
  { lastAliveAt, bootId }: { lastAliveAt: Date; bootId: string | null },
): Crash {
  const isOtherBoot = mark !== undefined && mark.bootId !== null && bootId !== null && mark.bootId !== bootId;
  return {
    pid: mark?.pid ?? null,
    version: mark?.version ?? null,
    startedAt: mark?.startedAt ?? null,
    lastAliveAt: latest(lastAliveAt.toISOString(), mark?.startedAt),
    isWithMachine: isOtherBoot && mark.error === null,
    error: mark?.error?.slice(0, longestError) ?? null,
  };
}

/** Clocks of file systems are coarse: a mark may seem older than its daemon. */
function latest(time: string, other = time): string {
  return Date.parse(other) > Date.parse(time) ? other : time;
}

/** The list with these added, in order of time; old ones are forgotten, the last one never. */
export function withCrashes(before: readonly Crash[], added: readonly Crash[], now: number): Crash[] {
  const all = [...before, ...added].sort((a, b) => Date.parse(a.lastAliveAt) - Date.parse(b.lastAliveAt));
  return all.filter((crash, index) => index === all.length - 1 || now - Date.parse(crash.lastAliveAt) < keptMs)
    .slice(-keptCrashes);
}

/** How often the daemon itself has crashed in the last 24 hours. */
export function crashesInLastDay(crashes: readonly Crash[], now: number): number {
  return crashes.filter((one) => !one.isWithMachine && now - Date.parse(one.lastAliveAt) < dayMs).length;
}

/** What stands in a mark; `undefined` when it was never written to its end. */
export function parseRunMark(text: string): RunMark | undefined {
  const mark = objectOf(text);
  if (typeof mark.pid !== "number" || typeof mark.version !== "string" || !isTime(mark.startedAt)) return undefined;
  const { pid, version, startedAt } = mark;
  return { pid, version, startedAt, bootId: textOrNull(mark.bootId), error: textOrNull(mark.error) };
}

/** The crashes that `crash.json` tells of; what is no such thing is left out. */
export function parseCrashes(text: string): Crash[] {
  const { crashes } = objectOf(text);
  return Array.isArray(crashes) ? crashes.flatMap((one) => crashFrom(one) ?? []) : [];
}

function crashFrom(value: unknown): Crash | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { pid, version, startedAt, lastAliveAt, isWithMachine, error } = value as Record<string, unknown>;
  if (!isTime(lastAliveAt)) return undefined;
  return {
    pid: typeof pid === "number" ? pid : null,
    version: textOrNull(version),
    startedAt: isTime(startedAt) ? startedAt : null,
    lastAliveAt,
    isWithMachine: isWithMachine === true,
    error: textOrNull(error),
  };
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
