import type { FailureReason } from "../core/errors.ts";

/** One step of a connection test, for a person to read. */
export interface TestStep {
  name: string;
  ok: boolean;
  detail: string;
  durationMs: number;
  /** What to do next, where something is wrong. */
  advice: string | null;
  /** What went wrong, for programs; absent where nothing did, and where the server answered well but has no fit model. */
  reason?: FailureReason;
}

export interface ConnectionTest {
  backend: string;
  ok: boolean;
  steps: TestStep[];
}
