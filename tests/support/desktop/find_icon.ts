import type { Colour, Picture, Rectangle } from "./picture.ts";

/** An icon as hosts are given it: A, R, G, B bytes with straight alpha, all of one colour. */
export interface IconPixels {
  width: number;
  height: number;
  argb: Uint8Array;
}

/** An icon that was recognised. */
export interface FoundIcon<Name> {
  name: Name;
  place: Rectangle;
  /** 1: shown pixel by pixel; hosts that move it by half a pixel or scale it a little stay above {@linkcode leastLikeness}. */
  likeness: number;
}

const leastLikeness = 0.8;

/**
 * Which of `icons` is shown in `area`, and where: the one most like what is seen, over a background of one colour. Both
 * the shape and the colour count. `undefined` when nothing there is like any of them.
 */
export function findIcon<Name>(
  picture: Picture,
  icons: ReadonlyMap<Name, IconPixels>,
  area: Rectangle,
): FoundIcon<Name> | undefined {
  const background = picture.commonColour(area);
  let best: FoundIcon<Name> | undefined;
  for (const [name, icon] of icons) {
    const seen = coverage(picture, { area, background, glyph: colourOf(icon) });
    const found = mostLike(seen, area, icon);
    if (found && found.likeness > (best?.likeness ?? leastLikeness)) best = { name, ...found };
  }
  return best;
}

function colourOf({ argb }: IconPixels): Colour {
  for (let index = 0; index < argb.length; index += 4) {
    if (argb[index] > 0) return [argb[index + 1], argb[index + 2], argb[index + 3]];
  }
  throw new Error("Cannot look for an icon that is all transparent");
}

/** How much of the glyph's colour covers each pixel, 0 to 1; a pixel of any other colour is -1. */
function coverage(
  picture: Picture,
  { area, background, glyph }: { area: Rectangle; background: Colour; glyph: Colour },
): Float32Array {
  const way = glyph.map((value, index) => value - background[index]);
  const length = way.reduce((sum, value) => sum + value * value, 0);
  const result = new Float32Array(area.width * area.height);
  if (length === 0) return result.fill(-1);
  for (let at = 0; at < result.length; at++) {
    const seen = picture.at(area.x + at % area.width, area.y + Math.floor(at / area.width));
    const along = seen.reduce((sum, value, index) => sum + (value - background[index]) * way[index], 0) / length;
    const isOnTheWay = seen.every((value, index) => Math.abs(value - background[index] - along * way[index]) <= 12);
    result[at] = isOnTheWay && along > -0.1 && along < 1.1 ? along : -1;
  }
  return result;
}

function mostLike(
  seen: Float32Array,
  area: Rectangle,
  { width, height, argb }: IconPixels,
): Omit<FoundIcon<never>, "name"> | undefined {
  const count = width * height;
  const wanted = Float32Array.from({ length: count }, (_, index) => argb[index * 4] / 255);
  const [wantedSum, wantedPower] = sums(wanted);
  const spread = (sum: number, power: number) => power - sum * sum / count;
  let best: Omit<FoundIcon<never>, "name"> | undefined;
  for (let top = 0; top + height <= area.height; top++) {
    for (let left = 0; left + width <= area.width; left++) {
      let [product, sum, power] = [0, 0, 0];
      for (let at = 0; at < count; at++) {
        const value = seen[(top + Math.floor(at / width)) * area.width + left + at % width];
        product += value * wanted[at];
        sum += value;
        power += value * value;
      }
      // Pearson's correlation.
      const both = Math.sqrt(spread(sum, power) * spread(wantedSum, wantedPower));
      const likeness = both < 1e-6 ? 0 : (product - sum * wantedSum / count) / both;
      if (likeness > (best?.likeness ?? 0)) {
        best = { place: { x: area.x + left, y: area.y + top, width, height }, likeness };
      }
    }
  }
  return best;
}

function sums(values: Float32Array): [sum: number, power: number] {
  return [values.reduce((sum, value) => sum + value, 0), values.reduce((sum, value) => sum + value * value, 0)];
}
