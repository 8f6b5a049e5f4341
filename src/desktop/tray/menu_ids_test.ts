import { assertEquals } from "@std/assert";
import { MenuIds } from "./menu_ids.ts";

const nothing = new Set<number>();

Deno.test("MenuIds gives none twice", () => {
  const ids = new MenuIds();
  assertEquals([ids.next(nothing), ids.next(nothing), ids.next(nothing)], [1, 2, 3]);
});

Deno.test("MenuIds wraps to 1 at the end of the range, past what is taken", () => {
  const ids = new MenuIds(2 ** 31 - 2);
  assertEquals([ids.next(nothing), ids.next(new Set([1, 2])), ids.next(nothing)], [2 ** 31 - 1, 3, 4]);
});
