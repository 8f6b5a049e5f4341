import type { AppState } from "../state/app_state.ts";

/**
 * When, by the monotonic clock, time alone next changes what may be used: the end of an ejection or of a pause that a
 * backend asked for. `undefined`: only an event can. Who shows the state looks again then.
 */
export function nextTimedChange({ backends }: Pick<AppState, "backends">, now: number): number | undefined {
  let next: number | undefined;
  for (const { health: { breaker, cooldown } } of backends) {
    for (const until of [breaker.kind === "open" ? breaker.until : now, cooldown?.until ?? now]) {
      if (until > now && until < (next ?? Infinity)) next = until;
    }
  }
  return next;
}
