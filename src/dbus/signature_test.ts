import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { parseSignature, parseSingle } from "./signature.ts";

Deno.test("parseSignature() takes complete types apart", () => {
  assertEquals(parseSignature(""), []);
  assertEquals(parseSignature("sa{sv}").map(({ code }) => code), ["s", "a"]);
  assertEquals(parseSingle("a(iiay)").of[0].of.map(({ code }) => code), ["i", "i", "a"]);
  assertEquals(parseSingle("a{sv}").of[0], { code: "{", of: [{ code: "s", of: [] }, { code: "v", of: [] }] });
});

for (
  const bad of ["(", ")", "()", "a", "a()", "a{}", "a{s}", "a{sss}", "a{vs}", "a{(s)s}", "{ss}", "a{ss", "r", "e", "z"]
    .concat(["*", "a*", "ar", "m", "h", "ah", "s\0", "é", "a".repeat(33) + "s", "(".repeat(33) + "s" + ")".repeat(33)])
    .concat(["s".repeat(256), "constructor", "__proto__"])
) {
  Deno.test(`parseSignature() refuses ${JSON.stringify(bad.slice(0, 40))}`, () => {
    assertThrows(() => parseSignature(bad), TypeError, "Bad signature");
  });
}

Deno.test("parseSignature() takes what is nested as deeply as allowed", () => {
  parseSignature("a".repeat(32) + "s");
  parseSignature("(".repeat(32) + "s" + ")".repeat(32));
  parseSignature("s".repeat(255));
});

Deno.test("parseSignature() keeps a bounded number of signatures", () => {
  const first = parseSignature("(ss)");
  assertStrictEquals(parseSignature("(ss)"), first);
  for (let i = 0; i < 300; i++) parseSignature("i".repeat(1 + i % 200) + "u".repeat(i % 55));
  assertEquals(parseSignature("(ss)"), first);
});
