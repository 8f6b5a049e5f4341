import { catalogue, type FindingId, type Severity } from "./catalogue.ts";

/** One thing that a check says of this machine. Never holds a token. */
export interface Finding {
  /** Of the catalogue; of what is well, the check's name. */
  id: string;
  severity: Severity;
  /** A sentence about this machine, without full stop. */
  what: string;
  /** What to do: a command or a step; `null` where there is nothing to do. */
  remedy: string | null;
  /** Whether the remedy can be pasted into a shell as it is. */
  isCommand: boolean;
  /** Lines that belong to it. */
  details?: readonly string[];
}

export type Remedy = { run: string } | { step: string };

/** A finding of the catalogue, which knows its severity. */
export function found(id: FindingId, what: string, remedy?: Remedy, details?: readonly string[]): Finding {
  return {
    id,
    severity: catalogue[id].severity,
    what,
    remedy: remedy === undefined ? null : "run" in remedy ? remedy.run : remedy.step,
    isCommand: remedy !== undefined && "run" in remedy,
    ...(details && details.length > 0 ? { details } : {}),
  };
}

/** What is as it should be. `id`: of the check. */
export function well(id: string, what: string): Finding {
  return { id, severity: "ok", what, remedy: null, isCommand: false };
}
