import type { Location, RouteMode } from "../core/types.ts";
import type { BackendState } from "./app_state.ts";

/** Whether the mode lets this backend be used at all. */
export function isAllowed(location: Location, mode: RouteMode): boolean {
  return !(mode === "local-only" && location === "cloud") && !(mode === "cloud-only" && location === "local");
}

/** Which backend the user wants first, whatever its health: to be compared number by number, the smaller the better. */
export function preference(backend: BackendState, mode: RouteMode): number[] {
  const { location, priority } = backend.config;
  if (mode === "fastest") return [backend.firstByteMs ?? backend.latencyMs ?? Infinity, priority];
  const preferred = mode === "cloud-first" || mode === "cloud-only" ? "cloud" : "local";
  return [location === preferred ? 0 : 1, priority];
}

/** Orders two ranks; for `sort`. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

/** The enabled backends that the mode allows, the user's first choice first. */
export function byPreference(backends: readonly BackendState[], mode: RouteMode): BackendState[] {
  return backends
    .filter(({ config }) => config.enabled && isAllowed(config.location, mode))
    .sort((a, b) => compareRanks(preference(a, mode), preference(b, mode)));
}
