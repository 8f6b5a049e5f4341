import type { AppCommand } from "../../state/app_link.ts";
import type { RouteMode } from "../../core/types.ts";

/**
 * What the tray shows:
 *
 * - `idle`: nothing has been checked yet
 * - `local`, `cloud`: where the next request goes, and all is well
 * - `degraded`: something answers, but not the first choice
 * - `error`: nothing answers
 * - `paused`: the user keeps the cloud out for a while
 */
export const trayIcons = ["idle", "local", "cloud", "degraded", "error", "paused"] as const;
export type TrayIcon = typeof trayIcons[number];

/** The colour of the glyph: light on dark panels, dark on light ones, grey where the panel's colour is unknown. */
export type IconColour = "light" | "dark" | "grey";

/** The icon, its words and its menu: the same for every host. Pure data that survives JSON. */
export interface TrayModel {
  icon: TrayIcon;
  colour: IconColour;
  /** Name of the program and its state, in a few words. */
  title: string;
  /** One plain sentence, and below it what the desktop app says, if anything; without markup characters. */
  tooltip: string;
  menu: readonly MenuItem[];
}

/**
 * One entry of the menu. `key` is unique in the menu and stays with its subject (`backend:local`, `mode:cloud-only`):
 * hosts know by it what is the same entry with other words, and what is another entry. Labels are plain text.
 */
export type MenuItem =
  | { kind: "separator"; key: string }
  /** Without `action`, or with `enabled: false`, it is only read. */
  | { kind: "item"; key: string; label: string; enabled: boolean; action?: TrayAction }
  | { kind: "check" | "radio"; key: string; label: string; enabled: boolean; checked: boolean; action: TrayAction }
  | { kind: "submenu"; key: string; label: string; enabled: boolean; items: readonly MenuItem[] };

/** What a click means. */
export type TrayAction =
  | { do: "set_mode"; mode: RouteMode }
  | { do: "test_backend"; backend: string }
  | { do: "test_backends"; backends: readonly string[] }
  | { do: "enable_backend"; backend: string; enabled: boolean }
  | { do: "pause_cloud"; forMs?: number }
  | { do: "resume_cloud" }
  /** No notifications for an hour. */
  | { do: "mute" }
  | { do: "unmute" }
  | { do: "open_settings" }
  | { do: "open_config_file" }
  | { do: "copy_address" }
  | { do: "copy_model"; model: string }
  | { do: "open_logs" }
  | { do: "start_at_login"; enabled: boolean }
  | { do: "open_website" }
  | { do: "app"; command: AppCommand }
  | { do: "launch_app" }
  | { do: "quit" };
