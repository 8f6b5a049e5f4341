import { failureInThePast } from "../../core/failure_in_the_past.ts";
import { timeText } from "../../core/time_of_day.ts";
import type { Failover } from "../../state/status.ts";

/** The last failovers since the daemon began, each with its reason in words. `now`: wall clock, in ms. */
export function Failovers({ failovers, now }: { failovers: readonly Failover[]; now: number }) {
  if (failovers.length === 0) {
    return <p class="empty" id="overview-failovers">None since the daemon was started.</p>;
  }
  return (
    <ul class="plain events" id="overview-failovers">
      {failovers.slice(0, 8).map(({ at, from, to, reason, model }) => (
        <li>
          <time datetime={at} class="muted">{timeText(Date.parse(at), now)}</time>
          <span>
            <strong>{from}</strong> {failureInThePast(reason)}, {to === null ? "and nobody else could answer" : (
              <>
                so <strong>{to}</strong> answered
              </>
            )} <span class="muted wrap">({model})</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
