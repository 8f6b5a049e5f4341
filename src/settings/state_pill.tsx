import type { StatusReport } from "../state/status.ts";

const words = { connected: "Connected", degraded: "Standing in", down: "Nothing answers" } as const;

/** The state in two words, in the head of every page. */
export function StatePill({ report }: { report: StatusReport }) {
  const word = report.pause && report.state !== "down" ? "Cloud paused" : words[report.state];
  return (
    <span id="state-pill" class={`pill ${report.state}`} role="status">
      <span class="dot" aria-hidden="true"></span>
      {word}
    </span>
  );
}
