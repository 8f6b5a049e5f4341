import { assertEquals, assertStringIncludes } from "@std/assert";
import { stubFailure } from "../../tests/support/stub_backend.ts";
import { RequestError } from "../core/errors.ts";
import { silentLog } from "../core/log.ts";
import { brokenAnswerWords, dialectOf, errorResponse, thrownResponse } from "./error_response.ts";

Deno.test("dialectOf() goes by the path", () => {
  const openai = ["/v1", "/v1/", "/v1/models", "/v1/anything"];
  const ollama = ["/", "/api/chat", "/v1x", "/v10/models", "/api/v1/", "/nowhere"];
  assertEquals([...new Set(openai.map(dialectOf))], ["openai"]);
  assertEquals([...new Set(ollama.map(dialectOf))], ["ollama"]);
});

Deno.test("errorResponse() speaks the client's dialect", async () => {
  const options = { code: "invalid_api_key", param: "model", headers: { "x-more": "1" } };
  const ollama = errorResponse("ollama", 401, "no key", options);
  assertEquals([ollama.status, await ollama.json(), ollama.headers.get("x-more")], [401, { error: "no key" }, "1"]);
  const openai = errorResponse("openai", 401, "no key", options);
  assertEquals(await openai.json(), {
    error: { message: "no key", type: "authentication_error", param: "model", code: "invalid_api_key" },
  });
  for (const one of [ollama, openai]) {
    assertEquals(one.headers.get("content-type"), "application/json");
    assertEquals(one.headers.get("x-broker-code"), "invalid_api_key");
  }
});

Deno.test("errorResponse() rounds Retry-After up to whole seconds, one at least", () => {
  const of = (retryAfterMs?: number) => errorResponse("ollama", 429, "", { retryAfterMs }).headers.get("retry-after");
  assertEquals([of(0), of(1), of(1_000), of(1_001), of(undefined)], ["1", "1", "1", "2", null]);
});

Deno.test("thrownResponse() tells what is the client's to know and logs the rest", async () => {
  const logged: unknown[] = [];
  const log = { ...silentLog, error: (_message: string, fields: unknown) => logged.push(fields) };
  const asked = thrownResponse(new RequestError(415, "unknown encoding", { param: "body" }), "openai", log);
  assertEquals([asked.status, (await asked.json()).error.param, logged.length], [415, "body", 0]);
  const mistake = thrownResponse(new TypeError("secret detail"), "ollama", log);
  const text = await mistake.text();
  assertEquals([mistake.status, text.includes("secret detail")], [500, false]);
  assertStringIncludes(JSON.stringify(logged), "secret detail");
  assertEquals(thrownResponse("a text", "ollama", log).status, 500);
});

Deno.test("brokenAnswerWords() says that the answer is not complete", () => {
  assertEquals(
    brokenAnswerWords(stubFailure("local", "reset")),
    "The answer broke off and is not complete: local failed: reset",
  );
});
