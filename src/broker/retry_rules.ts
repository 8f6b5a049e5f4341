import type { BackendFailure, FailureReason } from "../core/errors.ts";
import type { RequestClass } from "../core/types.ts";

/** What is done after a failed attempt: ask the next backend, or give the client this failure. */
export type Verdict = "next" | "stop";

/** Statuses that another backend may well answer differently; every other 4xx is the client's fault. */
const retryableStatuses = new Set([401, 402, 403, 408, 425, 429]);

/**
 * Decides by the failure's type, never by its text, whether another backend may be asked.
 *
 * - after the first byte, and for bound requests: never (what was begun belongs to its backend);
 * - a failed connection, a missing or broken answer, 5xx: next;
 * - 401, 402, 403, 429: this backend's credential or quota; next;
 * - 404: only where another backend has the model (`availableElsewhere`), so that clients see Ollama's own 404;
 * - 400: only where another backend has the model too, as that one may support what this one does not (tools, thinking);
 *   the first 400 is kept and wins when nothing else answers;
 * - other 4xx (405, 413, 422 …): the client's fault; stop.
 */
export function verdictOf(
  failure: Pick<BackendFailure, "phase" | "status">,
  request: { class: RequestClass; availableElsewhere: boolean },
): Verdict {
  if (failure.phase === "streaming" || request.class === "bound") return "stop";
  const { status } = failure;
  if (status === undefined || status >= 500 || status < 400 || retryableStatuses.has(status)) return "next";
  if (status === 404 || status === 400) return request.availableElsewhere ? "next" : "stop";
  return "stop";
}

/**
 * What a failure says about health.
 *
 * - `reach`: the backend cannot be reached at all; it is down from now on.
 * - `credential`: its token, quota or plan; not an outage, but not usable until that changes.
 * - `credential_model`: the plan does not include this model.
 * - `cooldown`: it asks to be left alone for a while; not an outage.
 * - `backend`: a failure of the server; in a row they eject it.
 * - `model`: a failure of this model there; in a row they eject the model.
 * - `none`: the client's fault, or nobody's.
 */
export type Penalty = "reach" | "credential" | "credential_model" | "cooldown" | "backend" | "model" | "none";

const reachReasons = new Set<FailureReason>([
  "connect_refused",
  "connect_timeout",
  "dns",
  "tls",
  "unreachable",
  "offline",
  "portal",
  "unresponsive",
]);
const modelReasons = new Set<FailureReason>([
  "first_byte_timeout",
  "incomplete",
  "malformed",
  "empty",
  "backend_error",
  "too_large",
  "http_500",
]);
const harmlessReasons = new Set<FailureReason>(["busy", "ejected", "untranslatable"]);

export function penaltyOf(failure: { reason: FailureReason; status?: number; retryAfterMs?: number }): Penalty {
  const { reason, status } = failure;
  if (reachReasons.has(reason)) return "reach";
  if (reason === "no_credential" || reason === "keyring_locked" || status === 401 || status === 402) {
    return "credential";
  }
  if (status === 403) return "credential_model";
  if (status === 429 || (status === 503 && failure.retryAfterMs !== undefined)) return "cooldown";
  if (modelReasons.has(reason)) return "model";
  if (harmlessReasons.has(reason) || (status !== undefined && status >= 400 && status < 500)) return "none";
  return "backend";
}

/** Whether the same backends may be asked once more after a pause: only what passes by itself is worth that. */
export function isTransient(failure: Pick<BackendFailure, "reason" | "status">): boolean {
  // A setting, and a backend that floods: nothing changes that meanwhile.
  if (failure.reason === "redirect" || failure.reason === "too_large") return false;
  const penalty = penaltyOf(failure);
  return penalty === "reach" || penalty === "backend" || penalty === "model";
}
