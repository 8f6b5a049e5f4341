import { iconMasks, iconSizes } from "./icon_masks.ts";
import type { IconColour, TrayIcon } from "./tray_model_types.ts";

/** A picture as StatusNotifierItem wants it: A, R, G, B bytes row by row, alpha straight, exactly 4 · width · height. */
export interface Pixmap {
  width: number;
  height: number;
  argb: Uint8Array<ArrayBuffer>;
}

/** Each has at least 3 : 1 contrast on the panels it is for; grey on white and on black. */
export const iconColours: Readonly<Record<IconColour, readonly [red: number, green: number, blue: number]>> = {
  light: [0xf2, 0xf2, 0xf2],
  dark: [0x2e, 0x34, 0x36],
  grey: [0x80, 0x80, 0x80],
};

let last: { icon: TrayIcon; colour: IconColour; pixmaps: readonly Pixmap[] } | undefined;

/** The icon in all of {@linkcode iconSizes}, the smallest first. Only the last one asked for is kept: 18 KB. */
export function iconPixmaps(icon: TrayIcon, colour: IconColour): readonly Pixmap[] {
  if (last?.icon !== icon || last.colour !== colour) {
    last = { icon, colour, pixmaps: iconSizes.map((size) => pixmap(iconMask(icon, size), size, colour)) };
  }
  return last.pixmaps;
}

/** How much of each pixel the glyph covers, row by row, 0 to 255. */
export function iconMask(icon: TrayIcon, size: typeof iconSizes[number]): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(size * size);
  let at = 0;
  for (const run of Uint8Array.fromBase64(iconMasks[icon].runs[size])) {
    const end = at + (run >> 4) + 1;
    mask.fill((run & 15) * 17, at, end);
    at = end;
  }
  return mask;
}

function pixmap(mask: Uint8Array, size: number, colour: IconColour): Pixmap {
  const argb = new Uint8Array(4 * size * size);
  mask.forEach((alpha, at) => argb.set([alpha, ...iconColours[colour]], 4 * at));
  return { width: size, height: size, argb };
}
