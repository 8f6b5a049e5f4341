import { assertEquals, assertThrows } from "@std/assert";
import { entry } from "../../../tests/support/desktop_fakes/menus.ts";
import { BusError, type Value, type Variant } from "../../dbus/types.ts";
import { DbusMenu } from "./dbus_menu.ts";
import type { MenuItem, TrayAction } from "./tray_model_types.ts";

const menu = [
  entry.item("line", { enabled: false }),
  entry.toggle("radio", "mode:fastest", { action: { do: "set_mode", mode: "fastest" } }),
  entry.submenu("more", [entry.item("quit", { action: { do: "quit" } })]),
];

function scene(first: MenuItem[] = menu) {
  const clicks: TrayAction[] = [];
  const shown = new DbusMenu((action) => clicks.push(action));
  shown.show(first);
  const ask = (member: string, ...args: Value[]) =>
    shown.exported.methods![member].call(args, { sender: ":1.1" }) as readonly Value[];
  return { shown, clicks, ask, click: (id: number) => ask("Event", id, "clicked", "", 0) };
}

function layoutIds(value: Value): unknown {
  const [id, , children] = value as unknown as [number, object, Variant[]];
  return children.length > 0 ? [id, ...children.map((child) => layoutIds(child.value))] : id;
}

Deno.test("GetLayout gives as many levels as it is asked for, from any entry", () => {
  const { ask } = scene();
  const cases: [parent: number, depth: number, ids: unknown][] = [
    [0, -1, [0, 1, 2, [3, 4]]],
    [0, -7, [0, 1, 2, [3, 4]]],
    [0, 0, 0],
    [0, 1, [0, 1, 2, 3]],
    [0, 99, [0, 1, 2, [3, 4]]],
    [3, -1, [3, 4]],
    [4, -1, 4],
  ];
  for (const [parent, depth, ids] of cases) {
    const [revision, layout] = ask("GetLayout", parent, depth, []);
    assertEquals([revision, layoutIds(layout)], [1, ids]);
  }
});

Deno.test("GetLayout and GetGroupProperties give only the properties that are named", () => {
  const { ask } = scene();
  const names = ["enabled", "toString", "__proto__"];
  assertEquals(ask("GetGroupProperties", [1, 2, 1, 77], names), [[[1, { enabled: { signature: "b", value: false } }], [
    2,
    {},
  ]]]);
  assertEquals(ask("GetLayout", 1, -1, names)[1], [1, { enabled: { signature: "b", value: false } }, []]);
});

Deno.test("GetProperty gives defaults too, and an error for what is no property or no entry", () => {
  const { ask } = scene();
  assertEquals(ask("GetProperty", 1, "label"), [{ signature: "s", value: "line" }]);
  assertEquals(ask("GetProperty", 2, "enabled"), [{ signature: "b", value: true }]);
  for (const [id, name] of [[1, "toString"], [1, "__proto__"], [1, ""], [99, "label"], [-1, "label"]] as const) {
    assertThrows(() => ask("GetProperty", id, name), BusError);
  }
});

Deno.test("Event hands a click over and only hears the rest", () => {
  const { ask, clicks, click } = scene();
  for (const event of ["opened", "closed", "hovered", "toString", ""]) ask("Event", 4, event, "", 0);
  for (const id of [0, 1, 3]) click(id);
  assertEquals(clicks, []);
  click(2);
  click(4);
  assertEquals(clicks, [{ do: "set_mode", mode: "fastest" }, { do: "quit" }]);
  for (const id of [5, -1, 2 ** 31 - 1]) assertThrows(() => click(id), BusError);
});

Deno.test("EventGroup and AboutToShowGroup tell unknown ids, and fail when none is known", () => {
  const { ask, clicks } = scene();
  const clicked = (id: number): Value => [id, "clicked", "", 0];
  assertEquals(ask("EventGroup", [clicked(4), clicked(98), clicked(99), clicked(98), clicked(4)]), [[98, 99]]);
  assertEquals(clicks, [{ do: "quit" }]);
  assertEquals(ask("EventGroup", []), [[]]);
  assertThrows(() => ask("EventGroup", [clicked(98)]), BusError);
  assertEquals(ask("AboutToShowGroup", [0, 98, 3]), [[], [98]]);
  assertThrows(() => ask("AboutToShowGroup", [98, 99, 98]), BusError);
  assertEquals([ask("AboutToShow", 0), ask("AboutToShow", 3)], [[false], [false]]);
  assertThrows(() => ask("AboutToShow", 98), BusError);
});

Deno.test("show() tells other words by ItemsPropertiesUpdated and keeps ids and revision", () => {
  const { shown, ask } = scene();
  const other = [entry.item("line", { label: "new", enabled: true }), ...menu.slice(1)];
  assertEquals(shown.show(other), {
    member: "ItemsPropertiesUpdated",
    signature: "a(ia{sv})a(ias)",
    body: [[[1, { label: { signature: "s", value: "new" } }]], [[1, ["enabled"]]]],
  });
  assertEquals(shown.show(structuredClone(other)), undefined);
  const [revision, layout] = ask("GetLayout", 0, -1, []);
  assertEquals([revision, layoutIds(layout)], [1, [0, 1, 2, [3, 4]]]);
});

Deno.test("show() tells other entries by LayoutUpdated, with the next revision and ids that were never used", () => {
  const { shown, ask } = scene();
  assertEquals(shown.show([...menu, entry.separator("end")]), {
    member: "LayoutUpdated",
    signature: "ui",
    body: [2, 0],
  });
  const [revision, layout] = ask("GetLayout", 0, -1, []);
  assertEquals([revision, layoutIds(layout)], [2, [0, 5, 6, [7, 8], 9]]);
  assertEquals(shown.show([]), { member: "LayoutUpdated", signature: "ui", body: [3, 0] });
  assertEquals(shown.show(menu)?.body, [4, 0]);
  assertEquals(layoutIds(ask("GetLayout", 0, -1, [])[1]), [0, 10, 11, [12, 13]]);
});

Deno.test("A click that was meant for the layout before does what was seen, or nothing", () => {
  const { shown, clicks, click } = scene();
  shown.show([entry.separator("top"), ...menu]);
  click(4);
  assertEquals(clicks.splice(0), [{ do: "quit" }]);
  // The same entry with another meaning by now, then no such entry, then one that cannot be clicked.
  const [line, , more] = menu;
  shown.show([line, entry.toggle("radio", "mode:fastest", { action: { do: "resume_cloud" } }), more]);
  click(7);
  shown.show([line]);
  click(12);
  assertEquals(clicks, []);
  assertThrows(() => click(7), BusError);
});

Deno.test("A click takes the action of the moment where only that has changed", () => {
  const { shown, clicks, click } = scene();
  const toggled = entry.toggle("radio", "mode:fastest", { action: { do: "resume_cloud" } });
  assertEquals(shown.show([menu[0], toggled, menu[2]]), undefined);
  click(2);
  assertEquals(clicks, [{ do: "resume_cloud" }]);
});
