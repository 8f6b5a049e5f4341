import { assertEquals } from "@std/assert";
import { ModelNotFound, NoBackend, Refused } from "./errors.ts";
import { type Asked, parseAttempts, refusalOf } from "./refusal.ts";

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
}

Deno.test("refusalOf() goes by the status and by what was asked, never by words", async () => {
  const tried = { "x-broker-attempts": "local:http_404" };
  const table: [status: number, asked: Asked, headers: Record<string, string>, type: unknown][] = [
    [404, { api: "model" }, {}, ModelNotFound],
    [404, { api: "model", isBound: true }, tried, ModelNotFound],
    [404, { api: "model", isBound: true }, {}, NoBackend],
    [404, { api: "control" }, {}, Refused],
    ...[429, 502, 503, 504].map((status) =>
      [status, { api: "model" }, {}, NoBackend] as [number, Asked, object, unknown]
    ),
    [503, { api: "control" }, {}, Refused],
    ...[301, 400, 401, 403, 413, 500].map((status) =>
      [status, { api: "model" }, {}, Refused] as [number, Asked, object, unknown]
    ),
  ] as [number, Asked, Record<string, string>, unknown][];
  for (const [status, asked, headers, type] of table) {
    const error = await refusalOf(answer(status, { error: "words" }, headers), asked);
    assertEquals([error.constructor, error.message, error.status], [type, "words", status]);
  }
});

Deno.test("refusalOf() has words, code, attempts and the time to wait", async () => {
  const error = await refusalOf(
    answer(429, { error: "later" }, {
      "x-broker-attempts": "local:ejected, cloud:http_429",
      "x-broker-backend": "cloud",
      "x-broker-code": "cloud_cap_reached",
      "retry-after": "7",
    }),
    { api: "model" },
  );
  assertEquals([error.code, error.backend, error.retryAfterMs], ["cloud_cap_reached", "cloud", 7_000]);
  assertEquals(error.attempts, [
    { backend: "local", outcome: "ejected" },
    { backend: "cloud", outcome: "http_429" },
  ]);
  const control = await refusalOf(answer(409, { error: { message: "no", code: "locked" } }), { api: "control" });
  assertEquals([control.message, control.code], ["no", "locked"]);
});

Deno.test("refusalOf() of what is no answer of the daemon says its status", async () => {
  for (const body of ["<html>", "", '{"error":5}', "[]", '{"error":{"message":null}}']) {
    const error = await refusalOf(answer(500, body, { "retry-after": "soon" }), { api: "model" });
    assertEquals([error.message, error.retryAfterMs], ["The daemon answered with HTTP 500", undefined]);
  }
});

Deno.test("parseAttempts() reads the header that the broker writes", () => {
  assertEquals(parseAttempts(null), []);
  assertEquals(parseAttempts("a:ok"), [{ backend: "a", outcome: "ok" }]);
  assertEquals(parseAttempts("a:x:y, b"), [{ backend: "a", outcome: "x:y" }]);
});
