import type { CommandSpec } from "./command_spec.ts";

/** What `logs` is called with. */
export const logsSpec: CommandSpec = {
  name: "logs",
  summary: "Show the daemon's log, also while none runs",
  details: [
    "The last 100 lines, unless --since or --lines say otherwise. It comes from the files that the daemon keeps (docs/LOGS.md); those that were set aside count as well.",
  ],
  arguments: [],
  flags: [
    { name: "follow", short: "f", description: "Then go on with what is added, until Ctrl-C" },
    {
      name: "since",
      value: { kind: "text", name: "TIME" },
      description:
        "From when on: how long ago, such as 30m, 24h or 7d, a day such as 2026-01-05, or a moment (ISO 8601)",
    },
    { name: "lines", short: "n", value: { kind: "text", name: "N" }, description: "The last N lines only" },
  ],
  examples: [
    ["logs -f", "the last lines, then each new one"],
    ["logs --since 1h", "what happened in the last hour"],
    ["logs --since 2026-01-05 --lines 20", "the last 20 lines since that day"],
  ],
};
