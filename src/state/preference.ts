import type { Location, RouteMode } from "../core/types.ts";
import type { BackendState, ModeCause } from "./app_state.ts";

/** Whether the mode lets this backend be used at all. */
export function isAllowed(location: Location, mode: RouteMode): boolean {
  return !(mode === "local-only" && location === "cloud") && !(mode === "cloud-only" && location === "local");
}

/** A time to first byte older than this tells nothing: a cold start long ago must not banish a backend for good. */
const speedHoldsMs = 300_000;

/** What the order of backends depends on, beside themselves. */
export interface PreferenceOptions {
  mode: RouteMode;
  /** Whose doing the mode is, for the words about it. Default: the user's. */
  modeCause?: ModeCause;
  /** Of the monotonic clock, in ms. */
  now: number;
}

/** Which backend the user wants first, whatever its health: to be compared number by number, the smaller the better. */
export function preference(backend: BackendState, { mode, now }: PreferenceOptions): number[] {
  if (mode === "fastest") return [expectedFirstByteMs(backend, now), backend.config.priority];
  return fixedPreference(backend, mode);
}

/** The user's order by settings alone, which nothing measured changes: in mode `fastest` local comes first. */
export function fixedPreference({ config }: BackendState, mode: RouteMode): number[] {
  const preferred = mode === "cloud-first" || mode === "cloud-only" ? "cloud" : "local";
  return [config.location === preferred ? 0 : 1, config.priority];
}

/** What requests saw lately, else what health checks saw, which draws a request and so a new figure. */
function expectedFirstByteMs({ firstByteMs, latencyMs, health }: BackendState, now: number): number {
  const isOld = health.lastSuccessAt !== undefined && now - health.lastSuccessAt > speedHoldsMs;
  return (isOld ? undefined : firstByteMs) ?? latencyMs ?? Infinity;
}

/** Orders two ranks; for `sort`. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

/** The enabled backends that the mode allows, the user's first choice first. */
export function byPreference(backends: readonly BackendState[], options: PreferenceOptions): BackendState[] {
  return backends
    .filter(({ config }) => config.enabled && isAllowed(config.location, options.mode))
    .sort((a, b) => compareRanks(preference(a, options), preference(b, options)));
}
