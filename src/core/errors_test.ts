import { assert, assertEquals } from "@std/assert";
import { BackendFailure, messageOf, RequestError } from "./errors.ts";

Deno.test("BackendFailure keeps what decides what is tried next, and its cause", () => {
  const cause = new TypeError("fetch failed");
  const answer = { status: 429, contentType: "text/plain", body: new Uint8Array() };
  const options = { backend: "local", phase: "headers", reason: "http_429", status: 429, retryAfterMs: 5 } as const;
  const failure = new BackendFailure("limited", { ...options, answer, cause });
  const { backend, phase, reason, status, retryAfterMs } = failure;
  assertEquals({ backend, phase, reason, status, retryAfterMs }, options);
  assertEquals([failure.name, failure.message, failure.cause, failure.answer], [
    "BackendFailure",
    "limited",
    cause,
    answer,
  ]);
  assert(failure instanceof Error);
});

Deno.test("RequestError says what goes to the client", () => {
  const { name, status, code, param, cause } = new RequestError(400, "no", { code: "c", param: "p", cause: 7 });
  assertEquals([name, status, code, param, cause], ["RequestError", 400, "c", "p", 7]);
});

Deno.test("messageOf() has words for anything thrown", () => {
  assertEquals([new Error("a"), "b", 7, undefined, null].map(messageOf), ["a", "b", "7", "undefined", "null"]);
});
