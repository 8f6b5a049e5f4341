import { assertEquals } from "@std/assert";
import { mergePatch } from "./merge_patch.ts";

/** As plain JSON: what is merged has no prototype. */
function merged(target: unknown, patch: unknown): unknown {
  return JSON.parse(JSON.stringify(mergePatch(target, patch)));
}

Deno.test("mergePatch() does what every example of RFC 7396 (appendix A) shows", () => {
  const table: [target: unknown, patch: unknown, result: unknown][] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [["a", "b"], ["c", "d"], ["c", "d"]],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of table) assertEquals(merged(target, patch), result, JSON.stringify(patch));
});

Deno.test("mergePatch() does what section 3 of RFC 7396 shows", () => {
  const target = {
    title: "Goodbye!",
    author: { givenName: "John", familyName: "Doe" },
    tags: ["example", "sample"],
    content: "This will be unchanged",
  };
  const patch = { title: "Hello!", phoneNumber: "+01-123-456-7890", author: { familyName: null }, tags: ["example"] };
  assertEquals(merged(target, patch), {
    title: "Hello!",
    author: { givenName: "John" },
    tags: ["example"],
    content: "This will be unchanged",
    phoneNumber: "+01-123-456-7890",
  });
});

Deno.test("mergePatch() changes neither of what it is given, nor any prototype", () => {
  const target = { a: { b: 1 } };
  const patch = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"c":2}}');
  const result = mergePatch(target, patch) as Record<string, unknown>;
  assertEquals(target, { a: { b: 1 } });
  assertEquals(Object.keys(result), ["a", "__proto__", "constructor"]);
  assertEquals((({}) as Record<string, unknown>).polluted, undefined);
  assertEquals(Object.getPrototypeOf(result), null);
});
