import { assertEquals } from "@std/assert";
import { moved, orderOf } from "./order.ts";

type Backend = Parameters<typeof moved>[0][number];

function backend(id: string, location: "local" | "cloud", priority?: number): Backend {
  const one: Backend = { id, kind: "ollama", url: `http://${id}`, location };
  return priority === undefined ? one : { ...one, priority };
}

const all = [
  backend("a", "local"),
  backend("x", "cloud", 2),
  backend("b", "local"),
  backend("y", "cloud", 1),
  backend("c", "local"),
];

const shown = (backends: readonly Backend[]) => backends.map(({ id, priority }) => `${id}${priority ?? ""}`).join(" ");

Deno.test("orderOf() goes by priority, then by place in the file", () => {
  assertEquals(orderOf(all, "local"), ["a", "b", "c"]);
  assertEquals(orderOf(all, "cloud"), ["y", "x"]);
  assertEquals(orderOf([], "local"), []);
});

Deno.test("moved() numbers the backends of one location in their new order, and leaves the others alone", () => {
  assertEquals(shown(moved(all, "c", 0)), "c1 x2 a2 y1 b3");
  assertEquals(shown(moved(all, "a", 2)), "b1 x2 c2 y1 a3");
  assertEquals(shown(moved(all, "x", 0)), "a x1 b y2 c");
});

Deno.test("moved() takes a place beyond the ends for the end, and an unknown id for nothing", () => {
  assertEquals(orderOf(moved(all, "b", -5), "local"), ["b", "a", "c"]);
  assertEquals(orderOf(moved(all, "b", 99), "local"), ["a", "c", "b"]);
  assertEquals(moved(all, "nobody", 0), all);
});

Deno.test("moved() changes nothing in what it is given", () => {
  const before = structuredClone(all);
  moved(all, "c", 0);
  assertEquals(all, before);
});
