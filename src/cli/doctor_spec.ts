import type { CommandSpec } from "./command_spec.ts";

/** What `doctor` is called with. */
export const doctorSpec: CommandSpec = {
  name: "doctor",
  summary: "Look for what is wrong on this machine, and say the remedy",
  details: [
    "Works with and without a running daemon, and changes nothing. Ends with 1 when it finds a problem, else with 0 (docs/DOCTOR.md).",
  ],
  arguments: [],
  flags: [{ name: "json", description: "Print JSON, for programs" }],
  examples: [["doctor", "problems first, each with its remedy"], ["doctor --json", "the same for programs"]],
};
