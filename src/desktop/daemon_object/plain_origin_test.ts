import { assertEquals } from "@std/assert";
import { plainOrigin } from "./plain_origin.ts";

const table: [text: string, origin: string | undefined][] = [
  ["http://127.0.0.1:11435", "http://127.0.0.1:11435"],
  ["http://127.0.0.1:11435/", "http://127.0.0.1:11435"],
  ["http://[::1]:4000", "http://[::1]:4000"],
  ["HTTP://LOCALHOST:80", "http://localhost"],
  ["http://0x7f.1:1", "http://127.0.0.1:1"],
  ["http://b\u00fccher:1", "http://xn--bcher-kva:1"],
  ["https://127.0.0.1:1", undefined],
  ["file:///etc/passwd", undefined],
  ["javascript:alert(1)", undefined],
  ["http://user@127.0.0.1:1", undefined],
  ["http://:secret@127.0.0.1:1", undefined],
  ["http://127.0.0.1:1/path", undefined],
  ["http://127.0.0.1:1/?query", undefined],
  ["http://127.0.0.1:1/#hash", undefined],
  ["http://127.0.0.1:1/\u001b[31mYour account is locked", undefined],
  ["http://127.0.0.1\u001b[2J:1", undefined],
  ["http://127.0.0.1:99999", undefined],
  [`http://${"a".repeat(100)}:1`, undefined],
  ["\u001b]0;title\u0007", undefined],
  ["", undefined],
];

for (const [text, origin] of table) {
  Deno.test(`plainOrigin() makes ${origin ?? "nothing"} of ${JSON.stringify(text.slice(0, 40))}`, () => {
    assertEquals(plainOrigin(text), origin);
  });
}
