import { assertEquals } from "@std/assert";
import { figureText } from "./figure_text.ts";

Deno.test("figureText() parts thousands", () => {
  assertEquals([0, 999, 1_000, 1_234_567].map(figureText), ["0", "999", "1,000", "1,234,567"]);
});
