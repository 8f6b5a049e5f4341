import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { backendsInUse } from "../../core/backends_in_use.ts";

/** The way of a request as a picture: programs, the broker, and every connection with the line that is in use. */
export function Route({ report }: { report: StatusReport }) {
  const inUse = backendsInUse(report);
  const others = report.backends.filter((backend) => !inUse.includes(backend));
  return (
    <section class="card" id="overview-route" aria-labelledby="route">
      <h2 id="route">The way of a request</h2>
      <div class="route">
        <div class="stop">
          <span class="glyph" aria-hidden="true">▤</span>
          <strong>Your programs</strong>
          <span class="muted">{report.inFlight === 0 ? "at rest" : `${report.inFlight} asking`}</span>
        </div>
        <div class={`line ${report.inFlight > 0 ? "busy-line" : ""}`} aria-hidden="true"></div>
        <div class="stop broker">
          <strong>CloudToLocalLLM</strong>
          <span class="mono wrap">{report.listen.replace("http://", "")}</span>
        </div>
        <ol class="branches" aria-label="Connections in the order in which they are asked">
          {[...inUse, ...others].map((backend) => <Branch backend={backend} isActive={backend.id === report.active} />)}
          {report.backends.length === 0 && (
            <li class="branch none">
              <a href="/settings/connections/new">Add a connection</a>
            </li>
          )}
        </ol>
      </div>
    </section>
  );
}

function Branch({ backend, isActive }: { backend: BackendStatus; isActive: boolean }) {
  const { id, location, health, reason, models } = backend;
  return (
    <li class={`branch ${isActive ? "active" : ""} ${health}`}>
      <div class="stop">
        <span class="row">
          <strong>{id}</strong>
          <span class={`tag ${location}`}>{location}</span>
          {isActive && (
            <span class="pill connected">
              <span class="dot" aria-hidden="true"></span>Answers now
            </span>
          )}
        </span>
        <span class="muted">{reason ?? `${models.length} model${models.length === 1 ? "" : "s"}`}</span>
      </div>
    </li>
  );
}
