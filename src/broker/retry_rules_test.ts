import { assertEquals } from "@std/assert";
import type { FailurePhase, FailureReason } from "../core/errors.ts";
import type { RequestClass } from "../core/types.ts";
import { isTransient, type Penalty, penaltyOf, type Verdict, verdictOf } from "./retry_rules.ts";

const statusOf = (reason: FailureReason) => reason.startsWith("http_") ? Number(reason.slice(5)) : undefined;
const failure = (reason: FailureReason, phase: FailurePhase = "headers") => ({
  reason,
  phase,
  status: statusOf(reason),
});
const request = (availableElsewhere: boolean, kind: RequestClass = "inference") => ({
  class: kind,
  availableElsewhere,
});

/** Each reason: the verdict when others have the model and when not, the penalty, whether another round may help. */
const table: [FailureReason, elsewhere: Verdict, nowhere: Verdict, Penalty, transient: boolean][] = [
  ["connect_refused", "next", "next", "reach", true],
  ["connect_timeout", "next", "next", "reach", true],
  ["dns", "next", "next", "reach", true],
  ["tls", "next", "next", "reach", true],
  ["unreachable", "next", "next", "reach", true],
  ["unresponsive", "next", "next", "reach", true],
  ["reset", "next", "next", "backend", true],
  ["stalled", "next", "next", "backend", true],
  ["first_byte_timeout", "next", "next", "model", true],
  ["incomplete", "next", "next", "model", true],
  ["malformed", "next", "next", "model", true],
  ["empty", "next", "next", "model", true],
  ["too_large", "next", "next", "model", false],
  ["backend_error", "next", "next", "model", true],
  ["no_credential", "next", "next", "credential", false],
  ["keyring_locked", "next", "next", "credential", false],
  ["ejected", "next", "next", "none", false],
  ["busy", "next", "next", "none", false],
  ["untranslatable", "next", "next", "none", false],
  ["redirect", "next", "next", "backend", false],
  ["http_400", "next", "stop", "none", false],
  ["http_401", "next", "next", "credential", false],
  ["http_402", "next", "next", "credential", false],
  ["http_403", "next", "next", "credential_model", false],
  ["http_404", "next", "stop", "none", false],
  ["http_405", "stop", "stop", "none", false],
  ["http_408", "next", "next", "none", false],
  ["http_409", "stop", "stop", "none", false],
  ["http_413", "stop", "stop", "none", false],
  ["http_422", "stop", "stop", "none", false],
  ["http_425", "next", "next", "none", false],
  ["http_429", "next", "next", "cooldown", false],
  ["http_500", "next", "next", "model", true],
  ["http_502", "next", "next", "backend", true],
  ["http_503", "next", "next", "backend", true],
  ["http_504", "next", "next", "backend", true],
];

Deno.test("verdictOf() decides before the first byte by status alone", () => {
  for (const [reason, elsewhere, nowhere] of table) {
    assertEquals(verdictOf(failure(reason), request(true)), elsewhere, `${reason}, elsewhere`);
    assertEquals(verdictOf(failure(reason), request(false)), nowhere, `${reason}, nowhere else`);
  }
});

Deno.test("verdictOf() lets nothing follow a started answer or a bound request", () => {
  for (const [reason] of table) {
    assertEquals(verdictOf(failure(reason, "streaming"), request(true)), "stop", reason);
    assertEquals(verdictOf(failure(reason), request(true, "bound")), "stop", reason);
  }
});

Deno.test("verdictOf() treats embeddings and control like inference: the candidates are chosen before", () => {
  for (const kind of ["embedding", "control"] as const) {
    assertEquals(verdictOf(failure("reset"), request(false, kind)), "next");
    assertEquals(verdictOf(failure("http_404"), request(false, kind)), "stop");
  }
});

Deno.test("verdictOf() takes 400 for what the backend cannot say, when it cannot be translated for it", () => {
  const untranslatable = { ...failure("untranslatable"), status: 400 };
  assertEquals([true, false].map((one) => verdictOf(untranslatable, request(one))), ["next", "stop"]);
  assertEquals(penaltyOf(untranslatable), "none");
});

Deno.test("penaltyOf() and isTransient() judge each reason", () => {
  for (const [reason, , , penalty, transient] of table) {
    assertEquals(penaltyOf(failure(reason)), penalty, reason);
    assertEquals(isTransient(failure(reason)), transient, reason);
  }
});

Deno.test("penaltyOf() takes 503 with Retry-After for a wish to be left alone, no other status", () => {
  assertEquals(penaltyOf({ ...failure("http_503"), retryAfterMs: 0 }), "cooldown");
  assertEquals(penaltyOf({ ...failure("http_502"), retryAfterMs: 5 }), "backend");
  assertEquals(penaltyOf({ ...failure("http_500"), retryAfterMs: 5 }), "model");
});
