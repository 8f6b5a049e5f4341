import type { Variant } from "../../dbus/types.ts";
import { variant } from "../../dbus/variant.ts";
import { busText } from "../bus_text.ts";
import type { MenuItem } from "./tray_model_types.ts";

/** Of one entry, as dbusmenu names and types them; what has its default is left out, but for `label` and `toggle-state`. */
export type ItemProperties = Readonly<Record<string, Variant>>;

/** An entry as dbusmenu has it. The root has id 0 and no item. */
export interface MenuNode {
  readonly id: number;
  readonly item?: MenuItem;
  readonly properties: ItemProperties;
  readonly children: readonly MenuNode[];
}

/** What ItemsPropertiesUpdated tells. */
export interface PropertyChanges {
  updated: [id: number, properties: ItemProperties][];
  removed: [id: number, names: string[]][];
}

/** The tree of a menu, parents numbered before their children by `nextId`. */
export function layoutOf(menu: readonly MenuItem[], nextId: () => number): MenuNode {
  const node = (item: MenuItem): MenuNode => ({
    id: nextId(),
    item,
    properties: propertiesOf(item),
    children: item.kind === "submenu" ? item.items.map(node) : [],
  });
  return { id: 0, properties: { "children-display": variant("s", "submenu") }, children: menu.map(node) };
}

/** All entries, the root first, parents before their children. */
export function* nodesOf(node: MenuNode): Generator<MenuNode> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}

/** Whether two menus have the same entries of the same kind in the same places, with whatever words. */
export function hasSameStructure(a: readonly MenuItem[], b: readonly MenuItem[]): boolean {
  return a.length === b.length && a.every((item, at) => isSameEntry(item, b[at]));
}

function isSameEntry(a: MenuItem, b: MenuItem): boolean {
  if (a.kind !== b.kind || a.key !== b.key) return false;
  return a.kind !== "submenu" || b.kind !== "submenu" || hasSameStructure(a.items, b.items);
}

/** Between two trees of the same structure and ids. */
export function propertyChanges(before: MenuNode, after: MenuNode): PropertyChanges {
  const changes: PropertyChanges = { updated: [], removed: [] };
  const old = new Map([...nodesOf(before)].map(({ id, properties }) => [id, properties]));
  for (const { id, properties } of nodesOf(after)) {
    const previous = old.get(id) ?? {};
    const updated = Object.entries(properties).filter(([name, { value }]) => previous[name]?.value !== value);
    const removed = Object.keys(previous).filter((name) => !Object.hasOwn(properties, name));
    if (updated.length > 0) changes.updated.push([id, Object.fromEntries(updated)]);
    if (removed.length > 0) changes.removed.push([id, removed]);
  }
  return changes;
}

function propertiesOf(item: MenuItem): ItemProperties {
  if (item.kind === "separator") return { type: variant("s", "separator") };
  const common = {
    label: variant("s", menuLabel(item.label)),
    ...(item.enabled ? {} : { enabled: variant("b", false) }),
  };
  switch (item.kind) {
    case "item":
      return common;
    case "submenu":
      return { ...common, "children-display": variant("s", "submenu") };
    case "check":
    case "radio":
      return {
        ...common,
        "toggle-type": variant("s", item.kind === "check" ? "checkmark" : "radio"),
        "toggle-state": variant("i", item.checked ? 1 : 0),
      };
  }
}

/** `_` marks the mnemonic, doubled it is itself. */
function menuLabel(label: string): string {
  return busText(label).replaceAll("_", "__");
}
