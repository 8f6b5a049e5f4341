import { assert, assertEquals } from "@std/assert";
import type { Bus, Signal, Value } from "../../../src/dbus/types.ts";
import { inTime } from "../in_time.ts";
import { type InterfaceContract, itemContract, menuContract, offered } from "./item_contract.ts";
import { misfit } from "./value_fits.ts";

export const itemInterface = "org.kde.StatusNotifierItem";
export const menuInterface = "com.canonical.dbusmenu";
const properties = "org.freedesktop.DBus.Properties";
const iconSizes = [16, 22, 24, 32, 48];

export type Pixmaps = [width: number, height: number, argb: Uint8Array][];

/** The item as it was read; every value was checked against its type. */
export interface ReadItem {
  Id: string;
  Category: string;
  Status: string;
  Title: string;
  IconName: string;
  IconPixmap: Pixmaps;
  AttentionIconName: string;
  AttentionIconPixmap: Pixmaps;
  ToolTip: [iconName: string, pixmaps: Pixmaps, title: string, text: string];
  Menu: string;
  [other: string]: unknown;
}

/** An entry of the menu as it was read. */
export interface ReadEntry {
  id: number;
  properties: Record<string, Value>;
  children: ReadEntry[];
}

/** A panel that takes nothing but the contract: it reads everything in each way there is, and fails on any deviation. */
export class StrictHost {
  readonly #bus: Bus;
  readonly item: string;
  /** Of the item and its menu, in order, each checked. */
  readonly signals: Signal[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(bus: Bus, item: string) {
    this.#bus = bus;
    this.item = item;
  }

  /** `item`: unique name under which it was registered. */
  static async meet(bus: Bus, item: string): Promise<StrictHost> {
    const host = new StrictHost(bus, item);
    await bus.watch({ sender: item }, (signal) => host.#hear(signal));
    return host;
  }

  call(
    path: string,
    interfaceName: string,
    member: string,
    signature = "",
    body: Value[] = [],
  ): Promise<readonly Value[]> {
    const to = { destination: this.item, path, interface: interfaceName, member };
    return this.#bus.call(signature ? { ...to, signature, body } : to, { timeoutMs: 15_000 });
  }

  /** A method of the item itself. */
  ask(member: string, signature = "", body: Value[] = []): Promise<readonly Value[]> {
    return this.call("/StatusNotifierItem", itemInterface, member, signature, body);
  }

  /** A method of its menu. */
  async askMenu(member: string, signature = "", body: Value[] = []): Promise<readonly Value[]> {
    const answer = await this.call("/MenuBar", menuInterface, member, signature, body);
    assertEquals(misfit(menuContract.methods[member][1], answer), undefined, `The answer of ${member}`);
    return answer;
  }

  /** The whole item. */
  async read(): Promise<ReadItem> {
    const item = await this.#readAll("/StatusNotifierItem", itemInterface, itemContract) as unknown as ReadItem;
    checkPixmaps(item.IconPixmap);
    if (item.AttentionIconPixmap.length > 0) checkPixmaps(item.AttentionIconPixmap);
    assert(item.Id !== "" && item.Category !== "", "waybar, XFCE and GNOME hide an item without Id or Category");
    assert(["Active", "NeedsAttention"].includes(item.Status), `An item that is ${item.Status} is hidden`);
    assertEquals([item.OverlayIconName, item.OverlayIconPixmap], ["", []], "LXQt shows an overlay instead of the icon");
    assert(!/[<>&]/.test(item.ToolTip[2] + item.ToolTip[3]), "XFCE and waybar read the tooltip as markup");
    const menu = await this.#readAll(item.Menu, menuInterface, menuContract);
    assertEquals(menu.Version, 3);
    return item;
  }

  /** The whole menu: the same whichever way it is read, and every entry as it has to be. */
  async readMenu(): Promise<{ revision: number; root: ReadEntry }> {
    const [revision, layout] = await this.askMenu("GetLayout", "iias", [0, -1, []]);
    const root = entryOf(layout);
    const entries = all(root);
    assertEquals(new Set(entries.map(({ id }) => id)).size, entries.length, "Ids are unique");
    const [group] = await this.askMenu("GetGroupProperties", "aias", [[], []]);
    assertEquals(group, entries.map(({ id, properties }) => [id, properties]));
    assertEquals([root.id, root.properties], [0, { "children-display": "submenu" }]);
    for (const entry of entries.slice(1)) checkEntry(entry);
    return { revision: revision as number, root };
  }

  /** Resolves once there were as many signals of this name in all. */
  async heard(member: string, count = 1): Promise<Signal> {
    const { promise, resolve } = Promise.withResolvers<Signal>();
    const look = () => {
      const found = this.signals.filter((signal) => signal.member === member)[count - 1];
      if (found) resolve(found);
    };
    this.#listeners.add(look);
    look();
    const signal = await inTime(`${member}, ${count} times`, promise);
    this.#listeners.delete(look);
    return signal;
  }

  /** Names of the signals since the last time, once all that were sent have come. */
  async newSignals(): Promise<string[]> {
    await this.call("/", "org.freedesktop.DBus.Peer", "Ping");
    return this.signals.splice(0).map(({ member }) => member);
  }

  #hear(signal: Signal): void {
    const contract = signal.path === "/StatusNotifierItem" ? itemContract : menuContract;
    const signature = Object.hasOwn(contract.signals, signal.member) ? contract.signals[signal.member] : undefined;
    // Bus signals cannot fail a test by themselves: what is wrong is left under a name that nobody waits for.
    const reason = signature === undefined ? "undeclared" : misfit(signature, signal.body);
    this.signals.push(reason ? { ...signal, member: `WRONG ${signal.member}: ${reason}` } : signal);
    for (const listener of [...this.#listeners]) listener();
  }

  /** By GetAll, which has to agree with Get and with the introspection. */
  async #readAll(path: string, name: string, contract: InterfaceContract): Promise<Record<string, Value>> {
    const [xml] = await this.call(path, "org.freedesktop.DBus.Introspectable", "Introspect");
    assertEquals(offered(xml as string, name), contract);
    const [values] = await this.call(path, properties, "GetAll", "s", [name]) as [Record<string, Value>];
    assertEquals(Object.keys(values).sort(), Object.keys(contract.properties).sort());
    for (const [property, signature] of Object.entries(contract.properties)) {
      assertEquals(misfit(signature, [values[property]]), undefined, property);
      assertEquals(await this.call(path, properties, "Get", "ss", [name, property]), [values[property]], property);
    }
    return values;
  }
}

/** All entries below and with this one. */
export function all(entry: ReadEntry): ReadEntry[] {
  return [entry, ...entry.children.flatMap(all)];
}

export function entryCalled(root: ReadEntry, label: string): ReadEntry {
  const found = all(root).find(({ properties }) => properties.label === label);
  if (!found) throw new Error(`The menu has no entry called ${label}`);
  return found;
}

export function entryOf(value: Value): ReadEntry {
  const [id, properties, children] = value as [number, Record<string, Value>, Value[]];
  return { id, properties, children: children.map(entryOf) };
}

function checkPixmaps(pixmaps: Pixmaps): void {
  assertEquals(pixmaps.map(([width, height]) => [width, height]), iconSizes.map((size) => [size, size]));
  for (const [width, height, argb] of pixmaps) assertEquals(argb.length, 4 * width * height);
}

const propertyTypes: Record<string, string> = {
  label: "string",
  enabled: "boolean",
  type: "string",
  "children-display": "string",
  "toggle-type": "string",
  "toggle-state": "number",
};

function checkEntry({ id, properties, children }: ReadEntry): void {
  const about = `Entry ${id}`;
  for (const [name, value] of Object.entries(properties)) {
    assertEquals(typeof value, propertyTypes[name], `${about} ${name}`);
  }
  if (properties.type === "separator") return assertEquals([Object.keys(properties), children], [["type"], []], about);
  assert(!("type" in properties) && properties.enabled !== true, `${about} sends a default`);
  assert(typeof properties.label === "string", `${about} has a label`);
  assertEquals(properties["children-display"] === "submenu", children.length > 0, about);
  const hasToggle = "toggle-type" in properties;
  assertEquals("toggle-state" in properties, hasToggle, about);
  if (!hasToggle) return;
  assert(["checkmark", "radio"].includes(properties["toggle-type"] as string), about);
  assert([0, 1].includes(properties["toggle-state"] as number), about);
}
