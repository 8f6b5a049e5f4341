import type { MenuItem, TrayAction, TrayModel } from "../../../src/desktop/tray/tray_model_types.ts";

/** Entries of a menu, for tests that write some by hand. */
export const entry = {
  separator: (key: string): MenuItem => ({ kind: "separator", key }),
  item: (key: string, options: { label?: string; enabled?: boolean; action?: TrayAction } = {}): MenuItem => ({
    kind: "item",
    key,
    label: key,
    enabled: true,
    ...options,
  }),
  toggle: (
    kind: "check" | "radio",
    key: string,
    options: { checked?: boolean; action?: TrayAction } = {},
  ): MenuItem => ({
    kind,
    key,
    label: key,
    enabled: true,
    checked: false,
    action: { do: "open_website" },
    ...options,
  }),
  submenu: (key: string, items: MenuItem[]): MenuItem => ({ kind: "submenu", key, label: key, enabled: true, items }),
};

export function modelOf(model: Partial<TrayModel> = {}): TrayModel {
  const menu = [entry.item("settings", { action: { do: "open_settings" } })];
  return { icon: "local", colour: "light", title: "A title", tooltip: "All is well.", menu, ...model };
}
