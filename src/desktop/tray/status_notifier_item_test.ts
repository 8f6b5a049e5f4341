import { assertEquals } from "@std/assert";
import { modelOf } from "../../../tests/support/desktop_fakes/menus.ts";
import { itemLook, itemSignals } from "./status_notifier_item.ts";
import type { TrayIcon, TrayModel } from "./tray_model_types.ts";

const look = (model: Partial<TrayModel>, named: TrayIcon[] = []) => itemLook(modelOf(model), new Set(named));

Deno.test("itemLook() names an icon only when it is installed", () => {
  assertEquals(look({ icon: "cloud" }).iconName, "");
  assertEquals(look({ icon: "cloud" }, ["local"]).iconName, "");
  assertEquals(look({ icon: "cloud" }, ["cloud"]).iconName, "cloudtolocalllm-cloud-symbolic");
});

Deno.test("itemLook() keeps markup and what a D-Bus string cannot hold out of title and tooltip", () => {
  const { title, toolTip } = look({ title: "<b>R&D</b>\0", tooltip: "a \ud800 b" });
  assertEquals([title, toolTip], ["‹b›R+D‹/b›", "a \ufffd b"]);
});

Deno.test("itemSignals() tells what differs and nothing else, the status last", () => {
  const cases: [before: Partial<TrayModel>, after: Partial<TrayModel>, members: string[]][] = [
    [{}, {}, []],
    [{}, { menu: [] }, []],
    [{}, { icon: "cloud" }, ["NewIcon"]],
    [{}, { colour: "dark" }, ["NewIcon"]],
    [{}, { title: "b" }, ["NewTitle", "NewToolTip"]],
    [{}, { tooltip: "b" }, ["NewToolTip"]],
    [{}, { icon: "error" }, ["NewIcon", "NewAttentionIcon", "NewStatus"]],
    [{ icon: "error" }, { icon: "error", colour: "dark" }, ["NewIcon", "NewAttentionIcon"]],
    [{ icon: "error" }, { icon: "idle", title: "b" }, [
      "NewTitle",
      "NewIcon",
      "NewAttentionIcon",
      "NewToolTip",
      "NewStatus",
    ]],
  ];
  for (const [before, after, members] of cases) {
    assertEquals(itemSignals(look(before), look(after)).map(({ member }) => member), members);
  }
  assertEquals(itemSignals(look({}), look({ icon: "error" })).at(-1)?.body, ["NeedsAttention"]);
  assertEquals(itemSignals(look({}), look({}, ["local"])).map(({ member }) => member), ["NewIcon"]);
});
