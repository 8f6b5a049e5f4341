import { assertEquals } from "@std/assert";
import { entry } from "../../../tests/support/desktop_fakes/menus.ts";
import { hasSameStructure, layoutOf, nodesOf, propertyChanges } from "./menu_layout.ts";
import type { MenuItem } from "./tray_model_types.ts";

const counting = () => {
  let id = 0;
  return () => ++id;
};
const layout = (menu: MenuItem[]) => layoutOf(menu, counting());
const s = (value: string) => ({ signature: "s", value });
const b = (value: boolean) => ({ signature: "b", value });
const i = (value: number) => ({ signature: "i", value });

Deno.test("layoutOf() gives each kind of entry its properties, label and toggle-state always", () => {
  const cases: [item: MenuItem, properties: object][] = [
    [entry.separator("a"), { type: s("separator") }],
    [entry.item("a", { label: "" }), { label: s("") }],
    [entry.item("a", { enabled: false }), { label: s("a"), enabled: b(false) }],
    [entry.toggle("check", "a"), { label: s("a"), "toggle-type": s("checkmark"), "toggle-state": i(0) }],
    [entry.toggle("radio", "a", { checked: true }), { label: s("a"), "toggle-type": s("radio"), "toggle-state": i(1) }],
    [entry.submenu("a", []), { label: s("a"), "children-display": s("submenu") }],
  ];
  for (const [item, properties] of cases) assertEquals(layout([item]).children[0].properties, properties);
});

Deno.test("layoutOf() doubles what would be a mnemonic, and leaves out what a D-Bus string cannot hold", () => {
  const [{ properties }] = layout([entry.item("a", { label: "my_model__q4 \0\ud800!" })]).children;
  assertEquals(properties.label, s("my__model____q4 \ufffd!"));
});

Deno.test("layoutOf() numbers parents before their children", () => {
  const root = layout([entry.submenu("a", [entry.item("b")]), entry.item("c")]);
  assertEquals([...nodesOf(root)].map(({ id, item }) => [id, item?.key]), [[0, undefined], [1, "a"], [2, "b"], [
    3,
    "c",
  ]]);
});

Deno.test("hasSameStructure() goes by keys, kinds and places, not by words", () => {
  const menu = [entry.item("a"), entry.submenu("b", [entry.item("c")])];
  const cases: [other: MenuItem[], isSame: boolean][] = [
    [[entry.item("a", { label: "other", enabled: false }), menu[1]], true],
    [[menu[1], menu[0]], false],
    [[menu[0]], false],
    [[...menu, entry.separator("d")], false],
    [[entry.toggle("check", "a"), menu[1]], false],
    [[menu[0], entry.item("b")], false],
    [[menu[0], entry.submenu("b", [])], false],
    [[menu[0], entry.submenu("b", [entry.item("other")])], false],
  ];
  for (const [other, isSame] of cases) assertEquals(hasSameStructure(menu, other), isSame, JSON.stringify(other));
});

Deno.test("propertyChanges() tells what is other, and what went back to its default", () => {
  const before = layout([entry.item("a", { enabled: false }), entry.toggle("check", "b"), entry.item("c")]);
  const after = layout([
    entry.item("a", { label: "A" }),
    entry.toggle("check", "b", { checked: true }),
    entry.item("c", { enabled: false }),
  ]);
  assertEquals(propertyChanges(before, after), {
    updated: [[1, { label: s("A") }], [2, { "toggle-state": i(1) }], [3, { enabled: b(false) }]],
    removed: [[1, ["enabled"]]],
  });
  assertEquals(propertyChanges(after, after), { updated: [], removed: [] });
});
