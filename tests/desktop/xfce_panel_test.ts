import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { startXfcePanel } from "../support/desktop/panels.ts";
import { assertShowsAndObeys, TrayScene } from "../support/desktop/tray_scene.ts";

const needs = ["Xvfb", "dbus-daemon", "xdotool", "xwd", "xfce4-panel"];

desktopTest("xfce4-panel shows the icon, and its menu sets the mode", needs, async () => {
  await using session = await DesktopSession.start();
  await startXfcePanel(session);
  await using scene = await TrayScene.start({ session, screen: session.screen });
  await assertShowsAndObeys(scene, 3);
});

desktopTest("xfce4-panel that starts after the daemon, and again, shows the icon", needs, async () => {
  await using session = await DesktopSession.start();
  await using scene = await TrayScene.start({ session, screen: session.screen, colour: "dark" });
  const light = { background: "#e8e8e8" };
  const panel = await startXfcePanel(session, light);
  await scene.shows("local");
  await panel[Symbol.asyncDispose]();
  await scene.showsNone();
  await startXfcePanel(session, light);
  await scene.shows("local");
});
