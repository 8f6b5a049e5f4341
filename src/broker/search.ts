import { BackendFailure } from "../core/errors.ts";
import type { Attempt } from "../core/types.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { AppState, Policy } from "../state/app_state.ts";
import { modeWords } from "../state/mode_in_force.ts";
import type { KeptOut } from "./kept_out.ts";

/** What is asked for beside the request itself. */
export interface AnswerOptions {
  signal: AbortSignal;
  /** The one backend that may be asked. */
  pinned?: string;
  /** Backends that are not asked, though each is seen in `attempts` when its turn comes. */
  without?: readonly string[];
  /** What the program calls itself, for the rules that go by it. */
  app?: string;
  /** Told of each backend when it is asked. */
  onTry?: (backend: string) => void;
  /** Filled as they happen. */
  attempts: Attempt[];
}

/** One request on its way through the backends. */
export interface Search extends AnswerOptions {
  request: ModelRequest;
  failures: BackendFailure[];
  /** Who was kept out when the backends were ordered last. */
  keptOut?: KeptOut;
  deadline: number;
  /** How long the request may wait in the queue, however often it does. */
  queueUntil: number;
}

/** Notes that a backend which the client took away was passed over; once, however many rounds there are. */
export function passOver(backend: string, { attempts }: Search, startedAt: number): void {
  if (attempts.some((attempt) => attempt.backend === backend && attempt.reason === "taken_away")) return;
  attempts.push({ backend, startedAt, durationMs: 0, outcome: "cancelled", reason: "taken_away" });
}

/** Whether what may be asked under one may be asked under the other. */
export function isSamePolicy(a: Policy, b: Policy): boolean {
  return a.mode === b.mode && a.privacy === b.privacy;
}

/** That a pause keeps the cloud out, where there is one that might have answered. */
export function notAsked(
  { mode, modeCause, backends }: Pick<AppState, "mode" | "modeCause" | "backends">,
): string | undefined {
  const hasCloud = backends.some(({ config }) => config.enabled && config.location === "cloud");
  return modeCause.kind === "pause" && hasCloud ? modeWords(mode, modeCause) : undefined;
}

/** Every breaker is half open, its one probe out. */
export function nobodyMay(ids: readonly string[]): BackendFailure {
  const message = "Another request is trying it just now; ask again in a moment";
  return new BackendFailure(message, { backend: ids.join(", ") || "broker", phase: "connect", reason: "ejected" });
}
