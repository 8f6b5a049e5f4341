import type { MenuItem, TrayAction } from "./tray_model_types.ts";

/** What a middle click does: it pauses the cloud, or ends the pause, where the menu offers that. */
export function secondaryAction(menu: readonly MenuItem[]): TrayAction | undefined {
  const actions = menu.flatMap((item) =>
    item.kind !== "separator" && item.kind !== "submenu" && item.enabled && item.action ? [item.action] : []
  );
  return actions.find((action) => action.do === "resume_cloud") ??
    actions.find((action) => action.do === "pause_cloud" && action.forMs === undefined);
}
