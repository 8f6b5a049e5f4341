import { plainLine } from "../plain_line.ts";
import type { MenuItem } from "./tray_model_types.ts";

/** Of a label, in characters: menus are as wide as their longest entry. */
export const longestLabel = 110;

/** An entry that is only read. */
export function line(key: string, label: string): MenuItem {
  return { kind: "item", key, label: plainLine(label, longestLabel), enabled: false };
}

/** The sections with anything in them, one after another with a separator between. `key` makes those of the separators. */
export function inSections(key: string, sections: Readonly<Record<string, readonly MenuItem[]>>): MenuItem[] {
  const filled = Object.entries(sections).filter(([, items]) => items.length > 0);
  return filled.flatMap(([name, items], at): MenuItem[] => [
    ...(at === 0 ? [] : [{ kind: "separator", key: `${key}:separator:${name}` } as const]),
    ...items,
  ]);
}

/** The same menu with keys of their own for entries that have the same one, such as models listed twice. */
export function withUniqueKeys(items: readonly MenuItem[], taken: Set<string> = new Set()): MenuItem[] {
  return items.map((item) => {
    let key = item.key;
    for (let count = 2; taken.has(key); count++) key = `${item.key}#${count}`;
    taken.add(key);
    return item.kind === "submenu" ? { ...item, key, items: withUniqueKeys(item.items, taken) } : { ...item, key };
  });
}
