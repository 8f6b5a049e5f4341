import { assertEquals } from "@std/assert";
import { failureInThePast } from "./failure_in_the_past.ts";

Deno.test("failureInThePast() has words for whatever it is told", () => {
  const table: [reason: string, words: string][] = [
    ["connect_refused", "was not running"],
    ["http_429", "limited the number of requests"],
    ["http_502", "answered with HTTP 502"],
    ["constructor", "failed (constructor)"],
    ["x".repeat(99), `failed (${"x".repeat(30)})`],
  ];
  for (const [reason, words] of table) assertEquals(failureInThePast(reason), words);
});
