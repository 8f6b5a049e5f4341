import { type Colour, isNear, type Picture, type Rectangle } from "./picture.ts";

/** Fewer rows of pixels are no letters: a separator's line, a border. */
const leastTextHeight = 5;

/**
 * The lines of an open menu, from top to bottom, separators left out: where something is written on its background.
 * `menu` is the menu's rectangle, with or without its border.
 */
export function menuLines(picture: Picture, menu: Rectangle): Rectangle[] {
  const inside = { x: menu.x + 3, y: menu.y + 3, width: menu.width - 6, height: menu.height - 6 };
  const background = picture.commonColour(inside);
  const lines: Rectangle[] = [];
  let start: number | undefined;
  for (let y = inside.y; y <= inside.y + inside.height; y++) {
    const isWritten = y < inside.y + inside.height && hasInk(picture, { ...inside, y, height: 1 }, background);
    if (isWritten) start ??= y;
    else if (start !== undefined) {
      if (y - start >= leastTextHeight) lines.push({ ...inside, y: start, height: y - start });
      start = undefined;
    }
  }
  return lines;
}

function hasInk(picture: Picture, row: Rectangle, background: Colour): boolean {
  for (let x = row.x; x < row.x + row.width; x++) {
    if (!isNear(picture.at(x, row.y), background, 12)) return true;
  }
  return false;
}
