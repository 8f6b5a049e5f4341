/** One step of a connection test, for a person to read. */
export interface TestStep {
  name: string;
  ok: boolean;
  detail: string;
  durationMs: number;
  /** What to do next, where something is wrong. */
  advice: string | null;
}

export interface ConnectionTest {
  backend: string;
  ok: boolean;
  steps: TestStep[];
}
