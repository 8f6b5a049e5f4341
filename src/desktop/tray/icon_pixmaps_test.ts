import { assertEquals, assertGreater, assertGreaterOrEqual, assertLess, assertNotEquals } from "@std/assert";
import { fileHash, iconSource, renderIcon } from "../../../tests/support/render_icon.ts";
import { iconMasks, iconSizes } from "./icon_masks.ts";
import { iconColours, iconMask, iconPixmaps } from "./icon_pixmaps.ts";
import { type IconColour, trayIcons } from "./tray_model_types.ts";

const colours = Object.keys(iconColours) as IconColour[];

Deno.test("iconPixmaps() gives each state in each size and colour, four bytes a pixel", () => {
  for (const icon of trayIcons) {
    for (const colour of colours) {
      const pixmaps = iconPixmaps(icon, colour);
      assertEquals(pixmaps.map(({ width }) => width), [...iconSizes]);
      for (const { width, height, argb } of pixmaps) {
        assertEquals(height, width);
        assertEquals(argb.length, 4 * width * height);
        assertEquals(Array.from(argb.subarray(1, 4)), [...iconColours[colour]]);
      }
    }
  }
});

Deno.test("iconPixmaps() takes alpha from the mask, not multiplied into the colour", () => {
  for (const { width, argb } of iconPixmaps("cloud", "light")) {
    const mask = iconMask("cloud", width as 16);
    const soft = mask.findIndex((alpha) => alpha > 0 && alpha < 255);
    assertEquals(Array.from(argb.subarray(4 * soft, 4 * soft + 4)), [mask[soft], ...iconColours.light]);
    assertEquals(argb.filter((_, at) => at % 4 === 0), mask);
  }
});

Deno.test("iconPixmaps() keeps the last one and no other", () => {
  const first = iconPixmaps("local", "dark");
  assertEquals(iconPixmaps("local", "dark") === first, true);
  iconPixmaps("local", "light");
  assertEquals(iconPixmaps("local", "dark") === first, false);
});

Deno.test("every icon state has a shape of its own, of about the same weight and within its frame", () => {
  for (const size of iconSizes) {
    const inked = trayIcons.map((icon) =>
      iconMask(icon, size).reduce((sum, alpha) => sum + alpha / 255, 0) / size ** 2
    );
    for (const ink of inked) assertGreater(ink, 0.2);
    for (const ink of inked) assertLess(ink, 0.7);
    for (const [at, icon] of trayIcons.entries()) {
      for (const other of trayIcons.slice(at + 1)) {
        const [a, b] = [iconMask(icon, size), iconMask(other, size)];
        const differing = a.filter((alpha, pixel) => Math.abs(alpha - b[pixel]) > 127).length;
        assertGreater(differing / size ** 2, 0.05, `${icon} and ${other} look alike at ${size} px`);
      }
    }
  }
});

function contrast(a: readonly number[], b: readonly number[]): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: readonly number[]): number {
  const [r, g, b] = colour.map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

Deno.test("icon colours stand out from the panels that they are for", () => {
  const [black, white] = [[0, 0, 0], [255, 255, 255]];
  assertGreaterOrEqual(contrast(iconColours.light, [0x40, 0x40, 0x40]), 7);
  assertGreaterOrEqual(contrast(iconColours.dark, [0xdd, 0xdd, 0xdd]), 7);
  assertGreaterOrEqual(contrast(iconColours.grey, white), 3);
  assertGreaterOrEqual(contrast(iconColours.grey, black), 3);
});

Deno.test("icon masks belong to the drawings of today (else: deno task icons)", async () => {
  for (const icon of trayIcons) assertEquals(iconMasks[icon].sha256, await fileHash(iconSource(icon)), icon);
});

const canDraw = await renderIcon("idle", 16) !== undefined;

Deno.test({
  name: "icon masks are what rsvg-convert draws",
  ignore: !canDraw && Deno.env.get("CI") === undefined,
  fn: async () => {
    for (const icon of trayIcons) {
      for (const size of iconSizes) {
        const drawn = await renderIcon(icon, size);
        assertNotEquals(drawn, undefined, "rsvg-convert is missing (Debian: librsvg2-bin)");
        const off = iconMask(icon, size).map((alpha, at) => Math.abs(alpha - drawn![at]));
        const total = off.reduce((sum, one) => sum + one, 0);
        // Versions of librsvg round curves differently; a changed drawing is off by far more.
        assertLess(Math.max(...off), 64, `${icon} at ${size} px`);
        assertLess(total / off.length, 4, `${icon} at ${size} px`);
      }
    }
  },
});
