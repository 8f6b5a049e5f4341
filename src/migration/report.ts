import type { OldProblem } from "./old_settings.ts";

/**
 * `done`: it was done; `would`: a dry run, or consent is missing, so that it was not; `unneeded`: there was nothing to
 * do; `left`: it could not be done, `text` says why and what to do.
 */
export type StepState = "done" | "would" | "unneeded" | "left";

/** What was done, as a sentence without full stop; never with a token in it. */
export interface MigrationStep {
  step: "protect" | "read" | "token" | "settings" | "clean" | "unit" | "autostart" | "process";
  state: StepState;
  text: string;
  /** Of a secret that could not be kept: `needs_consent`, `locked` and others of `SecretErrorCode`. */
  code?: string;
}

export interface MigrationReport {
  /** The predecessor's file. */
  file: string;
  /** `nothing`: there was no such file; `left`: see the steps of that state. */
  outcome: "nothing" | StepState;
  steps: MigrationStep[];
  /** What of the old file did not come into the new configuration. */
  notCarriedOver: OldProblem[];
}

/** What the steps come to. Pure. */
export function outcomeOf(steps: readonly MigrationStep[]): StepState {
  return (["left", "would", "done"] as const).find((state) => steps.some((step) => step.state === state)) ??
    "unneeded";
}
