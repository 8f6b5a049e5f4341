import { assertEquals } from "@std/assert";
import { entry } from "../../../tests/support/desktop_fakes/menus.ts";
import { secondaryAction } from "./secondary_action.ts";
import type { MenuItem, TrayAction } from "./tray_model_types.ts";

Deno.test("secondaryAction() pauses the cloud or ends the pause, where the menu offers that", () => {
  const hour = entry.toggle("check", "hour", { action: { do: "pause_cloud", forMs: 3_600_000 } });
  const pause = entry.toggle("check", "open", { action: { do: "pause_cloud" } });
  const resume = entry.toggle("check", "hour", { action: { do: "resume_cloud" }, checked: true });
  const cases: [menu: MenuItem[], action: TrayAction | undefined][] = [
    [[], undefined],
    [[entry.separator("a"), hour, pause], { do: "pause_cloud" }],
    [[pause, resume], { do: "resume_cloud" }],
    [[hour], undefined],
    [[{ ...pause, enabled: false } as MenuItem], undefined],
    [[entry.submenu("more", [pause])], undefined],
  ];
  for (const [menu, action] of cases) assertEquals(secondaryAction(menu), action);
});
