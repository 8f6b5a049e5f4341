import { assertEquals } from "@std/assert";
import type { Attempt } from "../core/types.ts";
import { attemptsHeader } from "./request_record.ts";

const attempt = (backend: string, outcome: Attempt["outcome"], reason?: string): Attempt => ({
  backend,
  outcome,
  reason,
  startedAt: 0,
  durationMs: 1,
});

Deno.test("attemptsHeader() shows each attempt with its outcome, in order", () => {
  const failed = attempt("local", "failed", "connect_refused");
  assertEquals(attemptsHeader([]), "");
  assertEquals(attemptsHeader([failed, attempt("cloud", "committed")]), "local:connect_refused, cloud:ok");
  assertEquals(attemptsHeader([failed, attempt("cloud", "cancelled")]), "local:connect_refused, cloud:cancelled");
});
