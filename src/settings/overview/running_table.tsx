import type { RunningRequest } from "../../state/running_requests.ts";

/** More are counted, not shown. */
const shown = 20;

/** The requests in flight. `now`: wall clock, in ms. */
export function RunningTable({ requests, now }: { requests: readonly RunningRequest[]; now: number }) {
  if (requests.length === 0) return <p class="empty" id="overview-running">None at the moment.</p>;
  return (
    <div class="scroll" id="overview-running" tabindex={0} role="region" aria-label="Requests now">
      <table>
        <thead>
          <tr>
            <th>Program</th>
            <th>Model</th>
            <th>Asked</th>
            <th>State</th>
            <th class="number">For</th>
          </tr>
        </thead>
        <tbody>
          {requests.slice(0, shown).map(({ app, model, backend, phase, startedAt, attempts }) => (
            <tr>
              <td class="name">{app}</td>
              <td class="name">{model || "…"}</td>
              <td class="name">{backend ?? "nobody yet"}</td>
              <td>{phase === "streaming" ? "answering" : attempts.length > 0 ? "asking another" : "waiting"}</td>
              <td class="number">{Math.max(0, Math.round((now - startedAt) / 1000))} s</td>
            </tr>
          ))}
        </tbody>
      </table>
      {requests.length > shown && <p class="note">and {requests.length - shown} more</p>}
    </div>
  );
}
