import type { BackendStatus } from "../../state/status.ts";

/** Boxes that take a backend away from this chat, and from nothing else. */
export function TakeAway({ backends, away }: { backends: readonly BackendStatus[]; away: readonly string[] }) {
  const inUse = backends.filter(({ enabled }) => enabled);
  if (inUse.length === 0) return null;
  return (
    <fieldset class="take-away">
      <legend>Take away</legend>
      <p class="help" id="take-away-help">
        What you take away is not asked in this chat, as if it had failed. Other programs notice nothing.
      </p>
      {inUse.map((backend) => (
        <div class="row">
          <input
            type="checkbox"
            name="without"
            value={backend.id}
            id={`away-${backend.id}`}
            checked={away.includes(backend.id)}
            aria-describedby="take-away-help"
          />
          <label for={`away-${backend.id}`}>
            Take away: <strong>{backend.id}</strong> <span class={`tag ${backend.location}`}>{backend.location}</span>
          </label>
          <AwayState backend={backend} />
        </div>
      ))}
    </fieldset>
  );
}

/** How a backend is; a live part of the page. */
export function AwayState({ backend: { id, health, reason } }: { backend: BackendStatus }) {
  return (
    <span id={`away-state-${id}`} class={`pill ${health}`}>
      <span class="dot" aria-hidden="true"></span>
      {reason ?? "can be used"}
    </span>
  );
}
