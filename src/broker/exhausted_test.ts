import { assertEquals, assertStringIncludes } from "@std/assert";
import { stubFailure } from "../../tests/support/stub_backend.ts";
import type { ErrorAnswer, FailureReason } from "../core/errors.ts";
import { exhaustedBy, statusOfFailure, stoppedBy } from "./exhausted.ts";

const answer = (status: number, error: string): ErrorAnswer => ({
  status,
  contentType: "application/json",
  body: new TextEncoder().encode(JSON.stringify({ error })),
});
const options = { attempts: [], model: "llama3.2" };
const status = (...reasons: FailureReason[]) =>
  exhaustedBy(reasons.map((reason, index) => stubFailure(`b${index}`, reason)), options).status;

Deno.test("stoppedBy() passes a backend's own answer on, with its words", () => {
  const failure = stubFailure("local", "http_404", { answer: answer(404, "model 'x' not found") });
  const stopped = stoppedBy(failure, []);
  assertEquals([stopped.status, stopped.message, stopped.cause], [404, "model 'x' not found", failure]);
  assertEquals([stopped.answer?.backend, stopped.answer?.status], ["local", 404]);
});

Deno.test("stoppedBy() gives a gateway's status where the backend gave none", () => {
  const stopped = stoppedBy(stubFailure("local", "connect_refused"), []);
  assertEquals([stopped.status, stopped.answer], [502, undefined]);
});

Deno.test("exhaustedBy() lets the first 400 or 404 win", () => {
  const failures = [
    stubFailure("local", "connect_refused"),
    stubFailure("cloud", "http_400", { answer: answer(400, "does not support tools") }),
    stubFailure("other", "http_404", { answer: answer(404, "not found") }),
  ];
  const { status, message, answer: own } = exhaustedBy(failures, options);
  assertEquals([status, message, own?.backend], [400, "does not support tools", "cloud"]);
});

Deno.test("exhaustedBy() never answers with a status that blames the client for a backend's credential", () => {
  for (const reason of ["http_401", "http_402", "http_403", "no_credential"] as const) {
    assertEquals(status(reason), 502);
  }
});

Deno.test("exhaustedBy() keeps a 429 that all share, with the shortest pause", () => {
  const shared = exhaustedBy([
    stubFailure("a", "http_429", { retryAfterMs: 9_000 }),
    stubFailure("b", "http_429", { retryAfterMs: 4_000 }),
  ], options);
  assertEquals([shared.status, shared.retryAfterMs], [429, 4_000]);
  assertEquals(status("http_429", "connect_refused"), 502);
});

Deno.test("exhaustedBy() takes the status on which all agree, whoever was first", () => {
  assertEquals(status("http_503", "busy"), 503);
  assertEquals(status("first_byte_timeout", "unresponsive"), 504);
  assertEquals(status("http_503", "connect_refused"), 502);
  assertEquals(status("unresponsive", "http_503"), 502);
});

Deno.test("exhaustedBy() names each backend once, with the last it said", () => {
  const failures = [
    stubFailure("local", "connect_refused"),
    stubFailure("cloud", "http_500", { answer: answer(500, "out of memory") }),
    stubFailure("local", "reset"),
  ];
  const { message, cause } = exhaustedBy(failures, options);
  assertEquals(
    message,
    'No backend could answer for model "llama3.2": local: local failed: reset; cloud: cloud failed: http_500: out of memory',
  );
  assertEquals(cause, failures[0]);
});

Deno.test("exhaustedBy() tells at the end why others were not asked", () => {
  const note = "the cloud is paused until 15:04";
  const { message } = exhaustedBy([stubFailure("local", "reset")], { ...options, note });
  assertEquals(message, `No backend could answer for model "llama3.2": local: local failed: reset; ${note}`);
});

Deno.test("statusOfFailure() is a gateway's", () => {
  const table: [FailureReason, number][] = [
    ["connect_refused", 502],
    ["incomplete", 502],
    ["http_500", 502],
    ["http_418", 502],
    ["first_byte_timeout", 504],
    ["unresponsive", 504],
    ["http_503", 503],
    ["busy", 503],
    ["ejected", 503],
  ];
  for (const [reason, expected] of table) assertEquals(statusOfFailure(stubFailure("b", reason)), expected, reason);
});

Deno.test("exhaustedBy() cuts a backend's long words short", () => {
  const long = stubFailure("b", "http_500", { answer: answer(500, "x".repeat(10_000)) });
  const { message } = exhaustedBy([long], options);
  assertStringIncludes(message, "x".repeat(400));
  assertEquals(message.length < 700, true);
});
