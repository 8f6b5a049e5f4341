import { assert, assertEquals } from "@std/assert";
import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { PacedChat } from "../support/desktop/paced_chat.ts";
import { startTrayer, startXfcePanel } from "../support/desktop/panels.ts";
import { TrayScene } from "../support/desktop/tray_scene.ts";
import { until } from "../support/desktop/until.ts";

const needs = ["Xvfb", "dbus-daemon", "xwd"];

desktopTest(
  "a stream loses nothing when the panel is killed and when the bus is, and the icon comes back",
  [...needs, "xfce4-panel"],
  async () => {
    await using session = await DesktopSession.start();
    const panel = await startXfcePanel(session);
    await using scene = await TrayScene.start({ session, screen: session.screen });
    await scene.shows("local");
    const chat = await PacedChat.start(scene.local, scene.daemon.url);
    await chat.hear(5);

    panel.kill("SIGKILL");
    await panel.ended;
    await chat.hear(5);
    await scene.showsNone();
    const second = await startXfcePanel(session);
    await scene.shows("local");
    await chat.hear(5);

    await session.bus.stop();
    await chat.hear(5);
    await second[Symbol.asyncDispose]();
    await scene.showsNone();
    await session.bus.restart();
    await chat.hear(5);
    await startXfcePanel(session);
    await scene.shows("local");
    await chat.assertComplete();
  },
);

desktopTest(
  "a stream loses nothing when the process of GTK is killed, and the icon comes back",
  [...needs, "trayer"],
  async () => {
    await using session = await DesktopSession.start();
    startTrayer(session);
    await using scene = await TrayScene.start({ session, screen: session.screen, iconSize: 32 });
    await scene.shows("local");
    const chat = await PacedChat.start(scene.local, scene.daemon.url);
    await chat.hear(5);

    const [gtk] = await gtkProcesses(scene.daemon.process.pid);
    assert(gtk !== undefined, "the daemon runs no process of GTK");
    Deno.kill(gtk, "SIGKILL");
    await chat.hear(5);
    await until("another process of GTK runs", async () => {
      const [other] = await gtkProcesses(scene.daemon.process.pid);
      return other !== gtk ? other : undefined;
    });
    await chat.hear(5);
    await scene.shows("local");
    const { parts } = await scene.daemon.untilStatus(
      "the tray is well again",
      (report) => report.parts.some(({ name, state }) => name === "tray" && state === "running"),
    );
    assertEquals(parts.filter(({ failures }) => failures > 0).map(({ name }) => name), ["tray"]);
    await chat.assertComplete();
  },
);

/** Processes that the daemon has started for its tray. */
async function gtkProcesses(daemon: number): Promise<number[]> {
  const children = await Deno.readTextFile(`/proc/${daemon}/task/${daemon}/children`);
  const pids = children.split(" ").filter((word) => word !== "").map(Number);
  const isGtk = async (pid: number) => {
    const commandLine = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    return commandLine.split("\0").includes("tray-gtk");
  };
  const found = await Promise.all(pids.map(isGtk));
  return pids.filter((_, index) => found[index]);
}
