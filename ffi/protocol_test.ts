import { assertEquals } from "@std/assert";
import { encodeMessage, parseMessage } from "./protocol.ts";

Deno.test("encodeMessage() keeps a message on one line, whatever its text", () => {
  const line = new TextDecoder().decode(encodeMessage({ copy: "one\ntwo\r\u2028ä" }));
  assertEquals(line.indexOf("\n"), line.length - 1);
  assertEquals(parseMessage(line), { copy: "one\ntwo\r\u2028ä" });
});

for (const line of ["", "{", "null", "[]", "1", '"show"', "\0"]) {
  Deno.test(`parseMessage() takes ${JSON.stringify(line)} for no message`, () => {
    assertEquals(parseMessage(line), undefined);
  });
}
