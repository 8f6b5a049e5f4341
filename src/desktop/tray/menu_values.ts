import { BusError, type Value } from "../../dbus/types.ts";
import { variant } from "../../dbus/variant.ts";
import type { ItemProperties, MenuNode } from "./menu_layout.ts";

/** Signature of an entry with its properties and children. */
export const nodeSignature = "(ia{sv}av)";

/** dbusmenu's own, for GetProperty of what is left out elsewhere. */
const defaults: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["type", variant("s", "standard")],
  ["label", variant("s", "")],
  ["enabled", variant("b", true)],
  ["visible", variant("b", true)],
  ["icon-name", variant("s", "")],
  ["toggle-type", variant("s", "")],
  ["toggle-state", variant("i", -1)],
  ["children-display", variant("s", "")],
]);

/** `depth` levels below the node; all of them when it is negative. */
export function layoutValue(node: MenuNode, depth: number, names: ReadonlySet<string>): Value {
  const children = depth === 0 ? [] : node.children;
  const values = children.map((child) => variant(nodeSignature, layoutValue(child, depth - 1, names)));
  return [node.id, filtered(node.properties, names), values];
}

/** No names: all. */
export function filtered(properties: ItemProperties, names: ReadonlySet<string>): ItemProperties {
  if (names.size === 0) return properties;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.has(name)));
}

export function propertyOf({ id, properties }: MenuNode, name: string): Value {
  const value = Object.hasOwn(properties, name) ? properties[name] : defaults.get(name);
  if (value === undefined) {
    throw invalidArgs(`The property ${JSON.stringify(name.slice(0, 64))} of the menu entry ${id} does not exist`);
  }
  return value;
}

/** As libdbusmenu has it: a group of which none is there is an error. */
export function atLeastOneOf(ids: readonly number[], unknown: number[]): number[] {
  if (unknown.length > 0 && unknown.length === new Set(ids).size) {
    throw invalidArgs("None of the ids refers to a menu entry");
  }
  return unknown;
}

export function unknownId(id: number): BusError {
  return invalidArgs(`The id ${id} does not refer to a menu entry`);
}

function invalidArgs(message: string): BusError {
  return new BusError("org.freedesktop.DBus.Error.InvalidArgs", message);
}
