import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { startLxqtPanel } from "../support/desktop/panels.ts";
import { assertShowsAndObeys, TrayScene } from "../support/desktop/tray_scene.ts";

const needs = ["Xvfb", "dbus-daemon", "xdotool", "xwd", "lxqt-panel"];

desktopTest("lxqt-panel shows the icon, and its menu sets the mode", needs, async () => {
  await using session = await DesktopSession.start();
  await startLxqtPanel(session);
  await using scene = await TrayScene.start({ session, screen: session.screen });
  await assertShowsAndObeys(scene, 3);
});
