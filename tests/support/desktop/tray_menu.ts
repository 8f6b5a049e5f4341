import { menuLines } from "./menu_lines.ts";
import { type Colour, isNear, type Picture, type Rectangle } from "./picture.ts";
import { until } from "./until.ts";

/** What a desktop shows, with a pointer on it. */
export interface Screen {
  picture(): Promise<Picture>;
  /** A press and release in the middle of `place`. Button 1 is the left one, 3 the right one. */
  click(place: Rectangle, button?: 1 | 2 | 3): Promise<void>;
  moveTo(place: Rectangle): Promise<void>;
}

/** Where the pointer is out of the way; a cursor that is part of the picture stays beyond what is looked at. */
const corner = { x: 790, y: 790, width: 1, height: 1 };
const below = { x: 0, y: 33, width: 740, height: 740 };

/** A menu that has opened, with the place of each line, separators left out. */
export interface OpenMenu {
  place: Rectangle;
  lines: Rectangle[];
  picture: Picture;
}

/** Clicks the icon and waits until a menu stands below it. */
export async function openMenu(screen: Screen, icon: Rectangle, button: 1 | 3): Promise<OpenMenu> {
  await screen.moveTo(corner);
  const before = await screen.picture();
  await screen.click(icon, button);
  await screen.moveTo(corner);
  const { picture, place } = await until("a menu opens", async () => {
    const first = await screen.picture();
    const changed = first.difference(before, below);
    if (!changed || changed.width < 60 || changed.height < 60) return undefined;
    const second = await screen.picture();
    // It is drawn completely when it does not change any more.
    if (second.difference(first, below)) return undefined;
    return { picture: second, place: upwards(second, changed) };
  });
  return { picture, place, lines: menuLines(picture, place) };
}

/** A menu may begin over the panel. */
function upwards(picture: Picture, part: Rectangle): Rectangle {
  const background = picture.commonColour(part);
  let { y } = part;
  while (y > 0 && isMostly(picture, { ...part, y: y - 1, height: 1 }, background)) y--;
  return { ...part, y, height: part.height + part.y - y };
}

function isMostly(picture: Picture, row: Rectangle, colour: Colour): boolean {
  let count = 0;
  for (let x = row.x; x < row.x + row.width; x++) if (isNear(picture.at(x, row.y), colour, 12)) count++;
  return count > row.width / 3;
}
