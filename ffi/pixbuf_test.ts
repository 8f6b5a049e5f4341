import { assertEquals } from "@std/assert";
import { fittingIcon, rgbaFromArgb } from "./pixbuf.ts";

Deno.test("rgbaFromArgb() moves alpha behind the colours", () => {
  assertEquals(rgbaFromArgb(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])), new Uint8Array([2, 3, 4, 1, 6, 7, 8, 5]));
});

const icons = [22, 16, 48, 32].map((width) => ({ width }));

for (const [size, width] of [[1, 16], [16, 16], [17, 22], [22, 22], [24, 32], [48, 48], [200, 48]]) {
  Deno.test(`fittingIcon() takes ${width} pixels for a tray of ${size}`, () => {
    assertEquals(fittingIcon(icons, size)?.width, width);
  });
}

Deno.test("fittingIcon() finds none among none", () => assertEquals(fittingIcon([], 22), undefined));
