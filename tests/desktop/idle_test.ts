import { assert } from "@std/assert";
import { readWakeUps, wakeUpsBetween } from "../bench/process_wake_ups.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { startXfcePanel } from "../support/desktop/panels.ts";
import { TrayScene } from "../support/desktop/tray_scene.ts";
import { until } from "../support/desktop/until.ts";

/** What the start has left undone, such as a garbage collection, is over when it was quiet for so long. */
const quietMs = 2_000;
const hourMs = 3_600_000;
const health = { upIntervalMs: hourMs, idleCloudIntervalMs: hourMs };

desktopTest(
  "a daemon in a tray sleeps: without a timer or a message none of its threads wakes up",
  ["Xvfb", "dbus-daemon", "xwd", "xfce4-panel"],
  async () => {
    await using session = await DesktopSession.start();
    await startXfcePanel(session);
    // A bus that is not there is looked for again and again, by a timer.
    const env = { DBUS_SYSTEM_BUS_ADDRESS: session.bus.address };
    await using scene = await TrayScene.start({ session, screen: session.screen, health, env });
    await scene.shows("local");
    const { pid } = scene.daemon.process;
    const counts: number[] = [];
    await until(() => `nothing wakes it up for ${quietMs} ms; it woke up ${counts} times`, async () => {
      const before = await readWakeUps(pid);
      await new Promise((resolve) => setTimeout(resolve, quietMs));
      counts.push(wakeUpsBetween(before, await readWakeUps(pid)));
      return counts.at(-1) === 0 || undefined;
    });
    assert(!scene.daemon.process.hasEnded);
  },
);
