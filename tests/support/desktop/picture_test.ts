import { assert, assertEquals, assertThrows } from "@std/assert";
import { iconPixmaps } from "../../../src/desktop/tray/icon_pixmaps.ts";
import { trayIcons } from "../../../src/desktop/tray/tray_model_types.ts";
import { findIcon, type IconPixels } from "./find_icon.ts";
import { menuLines } from "./menu_lines.ts";
import { type Colour, parsePpm, parseXwd, Picture, type Rectangle, writePpm } from "./picture.ts";

const panel = { x: 0, y: 0, width: 60, height: 32 };

function painted(width: number, height: number, colourAt: (x: number, y: number) => Colour): Picture {
  const rgb = Array.from({ length: width * height }, (_, at) => colourAt(at % width, Math.floor(at / width))).flat();
  return new Picture(width, height, new Uint8Array(rgb));
}

/** A panel that shows the icon at a place, which may lie between pixels. */
function panelWith({ width, height, argb }: IconPixels, { x: left, y: top }: { x: number; y: number }): Picture {
  const alpha = (x: number, y: number) => x < 0 || y < 0 || x >= width || y >= height ? 0 : argb[(y * width + x) * 4];
  return painted(panel.width, panel.height, (x, y) => {
    const [fromX, fromY] = [Math.floor(x - left), Math.floor(y - top)];
    const [partX, partY] = [x - left - fromX, y - top - fromY];
    const mixed = (alpha(fromX, fromY) * (1 - partX) + alpha(fromX + 1, fromY) * partX) * (1 - partY) +
      (alpha(fromX, fromY + 1) * (1 - partX) + alpha(fromX + 1, fromY + 1) * partX) * partY;
    return [1, 2, 3].map((channel) => 48 + (argb[channel] - 48) * mixed / 255) as unknown as Colour;
  });
}

function icons(colour: "light" | "dark" = "light"): Map<string, IconPixels> {
  return new Map(trayIcons.map((name) => [name, iconPixmaps(name, colour).find(({ width }) => width === 22)!]));
}

Deno.test("findIcon() recognises each icon, pixel by pixel and moved by half a pixel", () => {
  for (const [name, icon] of icons()) {
    assertEquals(findIcon(panelWith(icon, { x: 9, y: 5 }), icons(), panel)?.name, name);
    assertEquals(findIcon(panelWith(icon, { x: 9.5, y: 4.5 }), icons(), panel)?.name, name);
    const { place, likeness } = findIcon(panelWith(icon, { x: 9, y: 5 }), icons(), panel)!;
    assertEquals(place, { x: 9, y: 5, width: 22, height: 22 });
    assert(likeness > 0.99);
  }
});

Deno.test("findIcon() takes no icon of another colour, and nothing for an icon", () => {
  assertEquals(findIcon(panelWith(icons().get("local")!, { x: 9, y: 5 }), icons("dark"), panel), undefined);
  assertEquals(findIcon(painted(60, 32, () => [48, 48, 48]), icons(), panel), undefined);
  const block = painted(60, 32, (x, y) => x > 9 && x < 31 && y > 4 && y < 26 ? [0xf2, 0xf2, 0xf2] : [48, 48, 48]);
  assertEquals(findIcon(block, icons(), panel), undefined);
});

Deno.test("menuLines() gives each written line, and no separator", () => {
  const isInk = (x: number, y: number) =>
    x > 20 && x < 60 && (y > 10 && y < 22 || y > 40 && y < 50 || y > 54 && y < 60) || y === 30;
  const picture = painted(100, 80, (x, y) => isInk(x, y) ? [0, 0, 0] : [250, 250, 250]);
  const lines = menuLines(picture, { x: 0, y: 0, width: 100, height: 80 });
  assertEquals(lines.map(({ y, height }: Rectangle) => [y, height]), [[11, 11], [41, 9], [55, 5]]);
});

Deno.test("Picture.difference() is the smallest rectangle around what differs", () => {
  const before = painted(20, 20, () => [1, 1, 1]);
  const after = painted(20, 20, (x, y) => (x === 3 && y === 4) || (x === 7 && y === 9) ? [1, 1, 2] : [1, 1, 1]);
  assertEquals(after.difference(before), { x: 3, y: 4, width: 5, height: 6 });
  assertEquals(after.difference(before, { x: 5, y: 5, width: 10, height: 10 }), { x: 7, y: 9, width: 1, height: 1 });
  assertEquals(after.difference(after), undefined);
});

Deno.test("parsePpm() and parseXwd() read pictures", () => {
  const picture = painted(3, 2, (x, y) => [x, y, 7]);
  assertEquals(parsePpm(writePpm(picture)), picture);
  const header = new DataView(new ArrayBuffer(100));
  const fields: [index: number, value: number][] = [[0, 100], [4, 3], [5, 2], [11, 32], [12, 12]];
  for (const [index, value] of fields) header.setUint32(index * 4, value);
  const pixels = Array.from({ length: 6 }, (_, at) => [7, Math.floor(at / 3), at % 3, 0]).flat();
  assertEquals(parseXwd(new Uint8Array([...new Uint8Array(header.buffer), ...pixels])), picture);
  assertThrows(() => parsePpm(new Uint8Array(20)), Error, "no binary PPM");
});
