import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, type Remedy, well } from "../finding.ts";
import { installCommand } from "../install_command.ts";

const watcher = "org.kde.StatusNotifierWatcher";
/** GNOME's extension, under its own name and under that of Ubuntu. */
const extensions = ["appindicatorsupport@rgcjonas.gmail.com", "ubuntu-appindicators@ubuntu.com"];

/** Whether the icon can be shown somewhere. */
export const trayCheck: Check = {
  name: "tray",
  async run(context) {
    const { result } = await context.config();
    const bus = await context.bus();
    const { env } = context;
    return trayFindings({
      isOn: !result.ok || (result.config.desktop.enabled && result.config.desktop.tray),
      hasBus: bus.kind === "there",
      hasWatcher: bus.kind === "there" && bus.names.includes(watcher),
      isGnome: (env("XDG_CURRENT_DESKTOP") ?? "").split(":").includes("GNOME"),
      hasWayland: Boolean(env("WAYLAND_DISPLAY")),
      hasX11: Boolean(env("DISPLAY")),
      hasGtk: await hasGtk(context),
      extension: await installedExtension(context),
      osRelease: await Deno.readTextFile("/etc/os-release").catch(() => ""),
      isRoot: await context.uid() === 0,
    });
  },
};

export interface TraySight {
  /** The configuration wants it. */
  isOn: boolean;
  hasBus: boolean;
  /** A panel takes StatusNotifierItems. */
  hasWatcher: boolean;
  isGnome: boolean;
  hasWayland: boolean;
  hasX11: boolean;
  /** GTK 3, for trays of X11; `undefined`: it cannot be told. */
  hasGtk: boolean | undefined;
  /** GNOME's extension, where it is installed. */
  extension: string | undefined;
  /** The text of /etc/os-release. */
  osRelease: string;
  isRoot: boolean;
}

/** Pure. */
export function trayFindings(sight: TraySight): Finding[] {
  const { isOn, hasBus, hasWatcher, hasWayland, hasX11 } = sight;
  if (!isOn) return [found("tray-off", "The tray is switched off in the configuration")];
  if (hasWatcher) return [well("tray", "A panel shows tray icons")];
  if (hasBus && sight.isGnome) return [gnome(sight)];
  if (hasX11 && !hasWayland) {
    if (sight.hasGtk !== false) return [well("tray", "The icon goes to X11's tray by GTK 3, if a panel has one")];
    const remedy = install(sight, { debian: "libgtk-3-0", fedora: "gtk3", arch: "gtk3", suse: "libgtk-3-0" });
    return [found("tray-no-gtk", "No panel takes tray icons, and GTK 3 for X11's trays is not installed", remedy)];
  }
  if (hasWayland && hasBus) {
    const step = "Start a panel with a tray, such as waybar with its module tray";
    return [found("tray-no-panel", "No panel of this Wayland session takes tray icons", { step })];
  }
  // Without a bus that is what is told.
  if (hasWayland || hasX11) return [];
  return [found("no-desktop", "This session has no desktop, so there is no tray icon")];
}

function gnome(sight: TraySight): Finding {
  const what = "GNOME shows tray icons by its AppIndicator extension only, which is not in use";
  if (sight.extension !== undefined) {
    return found("tray-gnome", what, { run: `gnome-extensions enable ${sight.extension}` });
  }
  const name = "gnome-shell-extension-appindicator";
  return found("tray-gnome", what, install(sight, { debian: name, fedora: name, arch: name, suse: name }));
}

function install({ osRelease, isRoot }: TraySight, packages: Parameters<typeof installCommand>[1]): Remedy {
  const run = installCommand(osRelease, packages, { isRoot });
  return run === undefined ? { step: `Install ${packages.debian} with your system's package manager` } : { run };
}

async function hasGtk({ run }: DoctorContext): Promise<boolean | undefined> {
  const { code, stdout } = await run("sh", ["-c", "PATH=$PATH:/sbin:/usr/sbin exec ldconfig -p"]);
  return code === 0 ? stdout.includes("libgtk-3.so.0") : undefined;
}

async function installedExtension({ env }: DoctorContext): Promise<string | undefined> {
  const dataHome = env("XDG_DATA_HOME") || `${env("HOME") ?? ""}/.local/share`;
  const folders = [dataHome, ...(env("XDG_DATA_DIRS") || "/usr/local/share:/usr/share").split(":")];
  for (const extension of extensions) {
    for (const folder of folders) {
      const path = `${folder}/gnome-shell/extensions/${extension}`;
      if (await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false)) return extension;
    }
  }
  return undefined;
}
