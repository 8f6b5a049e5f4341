import type { ExportedInterface, ExportedMethod, ExportedProperty, Value } from "../../dbus/types.ts";
import { MenuIds } from "./menu_ids.ts";
import { hasSameStructure, layoutOf, type MenuNode, nodesOf, propertyChanges } from "./menu_layout.ts";
import { atLeastOneOf, filtered, layoutValue, nodeSignature, propertyOf, unknownId } from "./menu_values.ts";
import type { MenuItem, TrayAction } from "./tray_model_types.ts";

export const menuInterface = "com.canonical.dbusmenu";

/** A signal of an interface of ours, yet to be emitted. */
export interface MenuSignal {
  member: string;
  signature: string;
  body: readonly Value[];
}

const largestRevision = 2 ** 32 - 1;
const none: MenuNode = layoutOf([], () => 0);

/**
 * The menu as com.canonical.dbusmenu offers it: complete at each read, handlers synchronous. A menu with other entries
 * gets a new revision and ids that no earlier one had, so that no host takes an old entry for a new one.
 */
export class DbusMenu {
  readonly #onClick: (action: TrayAction) => void;
  readonly #ids = new MenuIds();
  #menu: readonly MenuItem[] = [];
  #root = none;
  #nodes: ReadonlyMap<number, MenuNode> = byId(none);
  /** Of the layout before: a host may have a click under way that was meant for it. */
  #retired: ReadonlyMap<number, MenuNode> = new Map();
  #revision = 0;

  constructor(onClick: (action: TrayAction) => void) {
    this.#onClick = onClick;
  }

  /** Takes over a menu; what hosts have to be told of it, if anything. */
  show(menu: readonly MenuItem[]): MenuSignal | undefined {
    const isSame = this.#revision > 0 && hasSameStructure(this.#menu, menu);
    this.#menu = menu;
    return isSame ? this.#reword(menu) : this.#rebuild(menu);
  }

  get exported(): ExportedInterface {
    return {
      name: menuInterface,
      methods: this.#methods(),
      properties,
      signals: {
        LayoutUpdated: [["revision", "u"], ["parent", "i"]],
        ItemsPropertiesUpdated: [["updatedProps", "a(ia{sv})"], ["removedProps", "a(ias)"]],
        ItemActivationRequested: [["id", "i"], ["timestamp", "u"]],
      },
    };
  }

  #reword(menu: readonly MenuItem[]): MenuSignal | undefined {
    const [, ...ids] = this.#nodes.keys();
    let at = 0;
    const root = layoutOf(menu, () => ids[at++]);
    const { updated, removed } = propertyChanges(this.#root, root);
    this.#root = root;
    this.#nodes = byId(root);
    if (updated.length === 0 && removed.length === 0) return undefined;
    return { member: "ItemsPropertiesUpdated", signature: "a(ia{sv})a(ias)", body: [updated, removed] };
  }

  #rebuild(menu: readonly MenuItem[]): MenuSignal {
    this.#retired = this.#nodes;
    // Those of one layout differ by themselves: it has fewer entries than there are ids.
    this.#root = layoutOf(menu, () => this.#ids.next(this.#retired));
    this.#nodes = byId(this.#root);
    this.#revision = this.#revision >= largestRevision ? 1 : this.#revision + 1;
    return { member: "LayoutUpdated", signature: "ui", body: [this.#revision, 0] };
  }

  #methods(): Record<string, ExportedMethod> {
    return {
      GetLayout: {
        in: [["parentId", "i"], ["recursionDepth", "i"], ["propertyNames", "as"]],
        out: [["revision", "u"], ["layout", nodeSignature]],
        call: ([parent, depth, names]) => {
          const wanted = new Set(names as string[]);
          return [this.#revision, layoutValue(this.#node(parent as number), depth as number, wanted)];
        },
      },
      GetGroupProperties: {
        in: [["ids", "ai"], ["propertyNames", "as"]],
        out: [["properties", "a(ia{sv})"]],
        call: ([ids, names]) => [this.#groupProperties(ids as number[], new Set(names as string[]))],
      },
      GetProperty: {
        in: [["id", "i"], ["name", "s"]],
        out: [["value", "v"]],
        call: ([id, name]) => [propertyOf(this.#node(id as number), name as string)],
      },
      Event: {
        in: [["id", "i"], ["eventId", "s"], ["data", "v"], ["timestamp", "u"]],
        out: [],
        call: ([id, event]) => {
          if (!this.#hear(id as number, event as string)) throw unknownId(id as number);
          return [];
        },
      },
      EventGroup: {
        in: [["events", "a(isvu)"]],
        out: [["idErrors", "ai"]],
        call: ([events]) => [this.#hearGroup(events as [number, string][])],
      },
      AboutToShow: {
        in: [["id", "i"]],
        out: [["needUpdate", "b"]],
        call: ([id]) => {
          if (!this.#isKnown(id as number)) throw unknownId(id as number);
          return [false];
        },
      },
      AboutToShowGroup: {
        in: [["ids", "ai"]],
        out: [["updatesNeeded", "ai"], ["idErrors", "ai"]],
        call: ([ids]) => [[], this.#unknownOf(ids as number[])],
      },
    };
  }

  #node(id: number): MenuNode {
    const node = this.#nodes.get(id);
    if (!node) throw unknownId(id);
    return node;
  }

  #isKnown(id: number): boolean {
    return this.#nodes.has(id) || this.#retired.has(id);
  }

  #groupProperties(ids: readonly number[], names: ReadonlySet<string>): Value {
    const wanted = ids.length === 0 ? this.#nodes.keys() : new Set(ids);
    return [...wanted].flatMap((id) => {
      const node = this.#nodes.get(id);
      return node ? [[id, filtered(node.properties, names)]] : [];
    });
  }

  /** `false`: there is no such entry. All but a click is only heard. */
  #hear(id: number, event: string): boolean {
    if (!this.#isKnown(id)) return false;
    const action = event === "clicked" ? this.#actionOf(id) : undefined;
    if (action) this.#onClick(action);
    return true;
  }

  /** Each entry is clicked once at most, however often a peer says so in one message. */
  #hearGroup(events: readonly [id: number, event: string][]): number[] {
    const once = new Map(events.map(([id, event]) => [`${id} ${event}`, [id, event] as const]));
    const unknown = new Set<number>();
    for (const [id, event] of once.values()) {
      if (!this.#hear(id, event)) unknown.add(id);
    }
    return atLeastOneOf(events.map(([id]) => id), [...unknown]);
  }

  #unknownOf(ids: readonly number[]): number[] {
    return atLeastOneOf(ids, [...new Set(ids)].filter((id) => !this.#isKnown(id)));
  }

  /** An entry of the layout before counts where it means the same now: what the user saw is what happens, or nothing. */
  #actionOf(id: number): TrayAction | undefined {
    const now = this.#nodes.get(id);
    if (now) return actionOf(now);
    const before = this.#retired.get(id)?.item;
    const same = [...this.#nodes.values()].find(({ item }) => item?.key === before?.key);
    const [was, is] = [before && actionOf({ item: before }), same && actionOf(same)];
    return JSON.stringify(was) === JSON.stringify(is) ? is : undefined;
  }
}

const properties: Readonly<Record<string, ExportedProperty>> = {
  Version: { signature: "u", get: () => 3, emitsChange: false },
  TextDirection: { signature: "s", get: () => "ltr", emitsChange: false },
  Status: { signature: "s", get: () => "normal", emitsChange: false },
  IconThemePath: { signature: "as", get: () => [], emitsChange: false },
};

function byId(root: MenuNode): ReadonlyMap<number, MenuNode> {
  return new Map([...nodesOf(root)].map((node) => [node.id, node]));
}

function actionOf({ item }: Pick<MenuNode, "item">): TrayAction | undefined {
  if (!item || item.kind === "separator" || item.kind === "submenu" || !item.enabled) return undefined;
  return item.action;
}
