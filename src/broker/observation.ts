import type { FailurePhase, FailureReason } from "../core/errors.ts";
import type { ProbeResult } from "./backend.ts";

/** Something seen of a backend that may change its health. `at` is of the monotonic clock, in ms. */
export type Observation =
  | { kind: "probe_passed"; at: number; result: ProbeResult }
  | { kind: "probe_failed"; at: number; reason: FailureReason; status?: number }
  /** The desktop says that nothing beyond this machine can be reached, or that it can again. */
  | { kind: "network_lost"; at: number; reason: "offline" | "portal" }
  | { kind: "network_back"; at: number }
  /** The first byte of a stream is here; whether it becomes a whole answer is not known yet. */
  | { kind: "request_began"; at: number; model: string; firstByteMs: number; permit?: number }
  /** A whole answer. */
  | { kind: "request_succeeded"; at: number; model: string; permit?: number }
  | {
    kind: "request_failed";
    at: number;
    model: string;
    phase: FailurePhase;
    reason: FailureReason;
    status?: number;
    retryAfterMs?: number;
    permit?: number;
  }
  /** A half-open probe ended with no verdict, because its client left. */
  | { kind: "permit_released"; at: number; model: string; permit: number };

/** Takes observations; `health/monitor` is the one that does. */
export interface Observer {
  observe(backend: string, observation: Observation): void;
  /** A request wanted this backend, although it cannot be used now: its next health check should be soon. */
  wanted(backend: string): void;
  /**
   * Asks leave for one request. `undefined`: the breaker is open, or its one half-open probe is out already.
   * `permit` is set when this request is that probe; its outcome must be observed with it.
   */
  acquire(backend: string, model: string): { permit?: number } | undefined;
}
