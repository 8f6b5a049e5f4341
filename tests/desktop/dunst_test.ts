import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { startDunst } from "../support/desktop/dunst.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { TrayScene } from "../support/desktop/tray_scene.ts";
import { until } from "../support/desktop/until.ts";

const needs = ["Xvfb", "dbus-daemon", "dunst", "dunstctl"];

desktopTest("dunst shows that a backend has failed, and its actions do what they say", needs, async () => {
  await using session = await DesktopSession.start();
  const dunst = await startDunst(session);
  const opened = await fakeOpener(session);
  await using scene = await TrayScene.start({ session, screen: session.screen, env: { PATH: opened.path } });
  await scene.daemon.untilStatus("the local backend is in use", ({ active }) => active === "local");

  await scene.local.stop();
  const [notification] = await dunst.shown(1);
  assertEquals(notification.program, "CloudToLocalLLM");
  assertEquals(notification.summary, "Your cloud answers now");
  assertStringIncludes(notification.body, `Ollama is not running on 127.0.0.1:${scene.local.port}`);

  await dunst.act();
  const target = await until("the settings are opened", opened.target);
  assertMatch(target, /\/settings\/enter\?key=[\w-]{43}$/);

  await scene.local.restart();
  await scene.daemon.untilStatus("the local backend is back", ({ active }) => active === "local");
  assert((await dunst.shown(2))[1].summary !== notification.summary);
});

desktopTest("dunst shows nothing more for an hour when that is chosen", needs, async () => {
  await using session = await DesktopSession.start();
  const dunst = await startDunst(session, { choose: "Mute for 1 hour" });
  await using scene = await TrayScene.start({ session, screen: session.screen });
  await scene.daemon.untilStatus("the local backend is in use", ({ active }) => active === "local");
  await scene.local.stop();
  await dunst.shown(1);
  await dunst.openActions();
  await scene.daemon.process.says("Notifications are muted for an hour");
  await dunst.showsNone();
});

/** A program in the place of xdg-open that keeps what it was to open. */
async function fakeOpener(session: DesktopSession): Promise<{ path: string; target: () => Promise<string> }> {
  const file = `${session.folder}/opened`;
  const program = await session.write(
    "bin/xdg-open",
    `#!/bin/sh\nprintf %s "$1" >'${file}.new'; mv '${file}.new' '${file}'\n`,
  );
  await Deno.chmod(program, 0o755);
  const path = `${session.folder}/bin:${Deno.env.get("PATH")}`;
  return { path, target: () => Deno.readTextFile(file) };
}
