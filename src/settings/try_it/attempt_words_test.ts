import { assertEquals } from "@std/assert";
import { attemptWords } from "./attempt_words.ts";

Deno.test("attemptWords() tells the attempts as a chain", () => {
  const table: [string | null, string][] = [
    [null, ""],
    ["", ""],
    ["local:ok", "local answered"],
    ["local:connect_refused, cloud:ok", "local was not running → cloud answered"],
    ["local:taken_away, cloud:http_429", "local was taken away → cloud limited the number of requests"],
    ["local:not_allowed", "local may not be asked now"],
    ["local:toString", "local failed (toString)"],
    ["odd", "odd failed ()"],
  ];
  for (const [header, words] of table) assertEquals(attemptWords(header), words, String(header));
});
