import type { IconPixels } from "./find_icon.ts";
import { type Colour, isNear, type Picture, type Rectangle } from "./picture.ts";

/** Rounding of the blending differs between programs. */
const tolerance = 6;

/** Trays cut this off where an icon is as large as they are. */
const edge = 1;

/**
 * Where `picture` shows the icon pixel by pixel, over a background of one colour: that of the icon's upper left corner.
 * Hosts that scale or move it by less than a pixel do not show it so.
 */
export function findExactIcon(picture: Picture, icon: IconPixels, area: Rectangle): Rectangle | undefined {
  const { width, height } = icon;
  for (let y = area.y; y + height <= area.y + area.height; y++) {
    for (let x = area.x; x + width <= area.x + area.width; x++) {
      if (showsAt(picture, icon, x, y)) return { x, y, width, height };
    }
  }
  return undefined;
}

function showsAt(picture: Picture, { width, height, argb }: IconPixels, left: number, top: number): boolean {
  const background = picture.at(left + edge, top + edge);
  for (let y = edge; y < height - edge; y++) {
    for (let x = edge; x < width - edge; x++) {
      const [alpha, ...glyph] = argb.subarray((y * width + x) * 4, (y * width + x + 1) * 4);
      // What the background hides is not seen.
      if (alpha === 255 && isNear(background, colourOf(glyph), tolerance)) return false;
      if (!isNear(picture.at(left + x, top + y), blend(background, colourOf(glyph), alpha / 255), tolerance)) {
        return false;
      }
    }
  }
  return true;
}

function colourOf([red, green, blue]: number[]): Colour {
  return [red, green, blue];
}

function blend(below: Colour, above: Colour, alpha: number): Colour {
  const [red, green, blue] = below.map((value, index) => value + (above[index] - value) * alpha);
  return [red, green, blue];
}
