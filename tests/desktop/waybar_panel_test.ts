import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { startWaybar, Sway } from "../support/desktop/sway.ts";
import { assertShowsAndObeys, TrayScene } from "../support/desktop/tray_scene.ts";

const needs = ["Xvfb", "dbus-daemon", "sway", "waybar", "grim"];

desktopTest("waybar on sway shows the icon, and its menu sets the mode", needs, async () => {
  await using session = await DesktopSession.start();
  const sway = await Sway.start(session);
  await startWaybar(session, sway);
  await using scene = await TrayScene.start({ session, screen: sway, env: sway.env });
  await assertShowsAndObeys(scene, 3);
});
