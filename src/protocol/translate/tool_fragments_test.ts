import { assertEquals, assertThrows } from "@std/assert";
import { ToolFragments } from "./tool_fragments.ts";

type Json = Record<string, unknown>;

const f = (text?: unknown, name?: string): Json => ({ function: { arguments: text, ...(name && { name }) } });

/** Fragments as servers send them, one list an event, and the calls they make. */
const forms: [name: string, events: Json[][], calls: [id: string | undefined, name: string, input: Json][]][] = [
  ["one fragment", [[{ index: 0, id: "p", ...f('{"a":1}', "x") }]], [["p", "x", { a: 1 }]]],
  ["two calls by index, interleaved", [
    [{ index: 0, id: "p", ...f("", "x") }],
    [{ index: 1, id: "q", ...f('{"b"', "y") }],
    [{ index: 0, ...f('{"a":1') }],
    [{ index: 1, ...f(":2}") }],
    [{ index: 0, ...f("}") }],
  ], [["p", "x", { a: 1 }], ["q", "y", { b: 2 }]]],
  ["two calls in one event", [
    [{ index: 0, ...f('{"a":', "x") }, { index: 1, ...f('{"b":', "y") }],
    [{ index: 1, ...f("2}") }, { index: 0, ...f("1}") }],
  ], [[undefined, "x", { a: 1 }], [undefined, "y", { b: 2 }]]],
  ["without id", [[{ index: 0, ...f('{"a"', "x") }], [{ index: 0, ...f(":1}") }]], [[undefined, "x", { a: 1 }]]],
  ["without index, by id", [
    [{ id: "p", ...f('{"a"', "x") }],
    [{ id: "q", ...f('{"b"', "y") }],
    [{ id: "p", ...f(":1}") }],
    [{ id: "q", ...f(":2}") }],
  ], [["p", "x", { a: 1 }], ["q", "y", { b: 2 }]]],
  ["without index and id, one after the other", [
    [f('{"a"', "x")],
    [f(":1}")],
    [f('{"b"', "y")],
    [f(":2}")],
  ], [[undefined, "x", { a: 1 }], [undefined, "y", { b: 2 }]]],
  ["an id only in the first fragment, without index", [
    [{ id: "p", ...f("", "x") }],
    [f('{"a":1}')],
  ], [["p", "x", { a: 1 }]]],
  ["every call numbered 0, told apart by id and name", [
    [{ index: 0, id: "p", ...f('{"a":1}', "x") }],
    [{ index: 0, id: "q", ...f('{"b"', "y") }],
    [{ index: 0, ...f(":2}") }],
  ], [["p", "x", { a: 1 }], ["q", "y", { b: 2 }]]],
  ["a new id in every fragment, without name", [
    [{ index: 0, id: "p", ...f('{"a"', "x") }],
    [{ index: 0, id: "p2", ...f(":1}") }],
  ], [["p", "x", { a: 1 }]]],
  ["the name in every fragment", [
    [{ index: 0, id: "p", ...f('{"a"', "x") }],
    [{ index: 0, id: "p", ...f(":1}", "x") }],
  ], [["p", "x", { a: 1 }]]],
  ["no arguments", [[{ index: 0, id: "p", ...f(undefined, "x") }]], [["p", "x", {}]]],
  ["arguments as an object", [[{ index: 0, id: "p", ...f({ a: 1 }, "x") }]], [["p", "x", { a: 1 }]]],
];

for (const [name, events, calls] of forms) {
  Deno.test(`ToolFragments gathers ${name}`, () => {
    const fragments = new ToolFragments();
    events.forEach((event) => fragments.add(event));
    assertEquals(fragments.isEmpty, false);
    assertEquals(fragments.take().map(({ id, name, input }) => [id, name, input]), calls);
    assertEquals(fragments.isEmpty, true);
  });
}

for (const [name, events] of [["no name", [f("{}")]], ["cut arguments", [f('{"a', "x")]]] as const) {
  Deno.test(`ToolFragments throws SyntaxError for a call with ${name}`, () => {
    const fragments = new ToolFragments();
    fragments.add(events);
    assertThrows(() => fragments.take(), SyntaxError);
  });
}

Deno.test("ToolFragments takes nothing for nothing and throws SyntaxError for what is no list", () => {
  const fragments = new ToolFragments();
  fragments.add(undefined);
  fragments.add(null);
  assertEquals(fragments.isEmpty, true);
  assertThrows(() => fragments.add({}), SyntaxError);
  assertThrows(() => fragments.add([1]), SyntaxError);
});
