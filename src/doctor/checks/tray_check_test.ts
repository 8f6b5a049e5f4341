import { assertEquals } from "@std/assert";
import { trayFindings, type TraySight } from "./tray_check.ts";

const nothing: TraySight = {
  isOn: true,
  hasBus: true,
  hasWatcher: false,
  isGnome: false,
  hasWayland: false,
  hasX11: false,
  hasGtk: undefined,
  extension: undefined,
  osRelease: "ID=debian",
  isRoot: false,
};

Deno.test("trayFindings() says where the icon goes, or why nowhere, and what to install", () => {
  const wayland = { hasWayland: true, hasX11: true };
  const panel = "Start a panel with a tray, such as waybar with its module tray";
  const extension = "sudo apt install gnome-shell-extension-appindicator";
  const enable = "gnome-extensions enable x@y";
  const cases: [change: Partial<TraySight>, expected: [id: string, remedy: string | null][]][] = [
    [{}, [["no-desktop", null]]],
    [{ isOn: false, hasWatcher: true }, [["tray-off", null]]],
    [{ hasWatcher: true, isGnome: true, ...wayland }, [["tray", null]]],
    [{ isGnome: true, ...wayland }, [["tray-gnome", extension]]],
    [{ isGnome: true, ...wayland, extension: "x@y" }, [["tray-gnome", enable]]],
    [{ isGnome: true, ...wayland, osRelease: "" }, [[
      "tray-gnome",
      "Install gnome-shell-extension-appindicator with your system's package manager",
    ]]],
    [wayland, [["tray-no-panel", panel]]],
    [{ hasX11: true, hasGtk: true }, [["tray", null]]],
    [{ hasX11: true, hasGtk: undefined }, [["tray", null]]],
    [{ hasX11: true, hasGtk: false }, [["tray-no-gtk", "sudo apt install libgtk-3-0"]]],
    // The check of the bus tells it.
    [{ ...wayland, hasBus: false }, []],
  ];
  for (const [change, expected] of cases) {
    const findings = trayFindings({ ...nothing, ...change });
    assertEquals(findings.map(({ id, remedy }) => [id, remedy]), expected, JSON.stringify(change));
  }
});
