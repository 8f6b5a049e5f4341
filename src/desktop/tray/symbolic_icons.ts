import { resolve } from "@std/path/posix/resolve";
import { symbolicName } from "./status_notifier_item.ts";
import { type TrayIcon, trayIcons } from "./tray_model_types.ts";

type Env = (name: string) => string | undefined;

/** Desktops whose panels give symbolic icons the colour of their text. Elsewhere they stay dark, also on dark panels. */
const colouring = ["GNOME", "KDE"];

/** Where themes that every other one falls back to keep icons of programs. */
const folders = ["icons/hicolor/symbolic/apps", "icons/hicolor/scalable/apps"];

/**
 * The states of which an icon may be shown by its name: it is installed (by our packages, Icon Theme Specification), and
 * this desktop colours it to suit. Where not, pixmaps in the colour of the style do better.
 */
export async function namedIcons(env: Env): Promise<ReadonlySet<TrayIcon>> {
  const desktops = env("XDG_CURRENT_DESKTOP")?.split(":") ?? [];
  if (!desktops.some((desktop) => colouring.includes(desktop))) return new Set();
  const paths = dataFolders(env).flatMap((folder) => folders.map((icons) => resolve(folder, icons)));
  const installed = await Promise.all(trayIcons.map((icon) => isInAny(paths, `${symbolicName(icon)}.svg`)));
  return new Set(trayIcons.filter((_, at) => installed[at]));
}

/** Base Directory Specification: paths that are not absolute do not count. */
function dataFolders(env: Env): string[] {
  const home = env("HOME");
  const own = env("XDG_DATA_HOME") || (home ? `${home}/.local/share` : "");
  const shared = env("XDG_DATA_DIRS") || "/usr/local/share:/usr/share";
  return [own, ...shared.split(":")].filter((folder) => folder.startsWith("/"));
}

async function isInAny(folders: readonly string[], name: string): Promise<boolean> {
  for (const folder of folders) {
    const stat = await Deno.stat(`${folder}/${name}`).catch(() => undefined);
    if (stat?.isFile) return true;
  }
  return false;
}
