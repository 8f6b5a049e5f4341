import { assertEquals } from "@std/assert";
import { alignColumns } from "./table.ts";

Deno.test("alignColumns() aligns by characters, not by bytes, and ends no line in spaces", () => {
  assertEquals(alignColumns([["é", "x", ""], ["abc", "🙂🙂", "end"], ["", "y", "z"]]), [
    "é    x",
    "abc  🙂🙂  end",
    "     y   z",
  ]);
  assertEquals(alignColumns([]), []);
});
