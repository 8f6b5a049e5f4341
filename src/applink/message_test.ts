import { assert, assertEquals, assertFalse } from "@std/assert";
import { beginsAsApp, parseMessage } from "./message.ts";

Deno.test("parseMessage() keeps the fields, and an id that is a string or a number", () => {
  for (const id of ["a", "", 0, -1.5]) {
    const parsed = parseMessage(JSON.stringify({ command: "PING", id, x: 1 }));
    assertEquals(parsed, { ok: true, message: { command: "PING", id, fields: { x: 1 } } });
  }
  assertEquals(parseMessage('{"command":"PING","id":null}'), { ok: true, message: { command: "PING", fields: {} } });
});

Deno.test("parseMessage() says what is expected, and repeats nothing", () => {
  const lines = [
    "secret",
    '{"command":"secret"',
    '["secret"]',
    '{"command":["secret"]}',
    '{"id":["secret"]}',
    "null",
    '""',
  ];
  for (const line of lines) {
    const parsed = parseMessage(line);
    assert(!parsed.ok && parsed.problem.endsWith('expected one JSON object a line, such as {"command":"PING"}'));
    assertFalse(parsed.problem.includes("secret"));
  }
});

Deno.test("beginsAsApp() tells an app from HTTP, TLS and STUN by the first byte that is no blank", () => {
  const begins = (text: string) => beginsAsApp(new TextEncoder().encode(text));
  assertEquals([begins('{"command":"PING"}'), begins("\r\n {")], [true, true]);
  for (const text of ["GET / HTTP/1.1", "POST /{", "P", "\x16\x03\x01{", "\0\x01{", "[", "\ufeff{"]) {
    assertEquals(begins(text), false, text);
  }
  assertEquals([begins(""), begins(" \r\n\t")], [undefined, undefined]);
});
