import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { startTint2, startTrayer } from "../support/desktop/panels.ts";
import { assertShowsAndObeys, TrayScene } from "../support/desktop/tray_scene.ts";

const needs = ["Xvfb", "dbus-daemon", "xdotool", "xwd"];

desktopTest("tint2 shows the icon by GTK, and its menu sets the mode", [...needs, "tint2"], async () => {
  await using session = await DesktopSession.start();
  await startTint2(session);
  await using scene = await TrayScene.start({ session, screen: session.screen });
  await assertShowsAndObeys(scene, 3);
});

desktopTest("trayer shows the icon by GTK, and its menu sets the mode", [...needs, "trayer"], async () => {
  await using session = await DesktopSession.start();
  startTrayer(session);
  // It gives icons the whole height of its window.
  await using scene = await TrayScene.start({ session, screen: session.screen, iconSize: 32 });
  await assertShowsAndObeys(scene, 3);
});
