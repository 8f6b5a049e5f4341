import { assertEquals } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { BusLink } from "../../src/desktop/bus_link.ts";
import { openGtkHost } from "../../src/desktop/tray/gtk_host.ts";
import { createTray } from "../../src/desktop/tray/tray.ts";
import { gtkCommand } from "../support/desktop/gtk_scene.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { startTrayer } from "../support/desktop/panels.ts";
import { ProcessGroup } from "../support/desktop/process_group.ts";
import { until } from "../support/desktop/until.ts";
import { XDisplay } from "../support/desktop/x_display.ts";
import { DesktopScene } from "../support/desktop_context.ts";
import { settle } from "../support/fake_clock.ts";

/** Beyond what other tests are given: nobody takes it while no server has it. */
const number = 20_000 + Deno.pid % 30_000;
const env = { DISPLAY: `:${number}`, WAYLAND_DISPLAY: "", GDK_BACKEND: "x11" };

/** The display with a tray on it. */
async function startDesktop() {
  const display = await XDisplay.start({ number });
  const trayer = startTrayer({
    start: (program, args = []) => ProcessGroup.start(program, { args, env: { ...env, HOME: "/nowhere" } }),
  });
  return {
    async crash() {
      await display.kill();
      await trayer[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await trayer[Symbol.asyncDispose]();
      await display[Symbol.asyncDispose]();
    },
  };
}

/** The daemon's tray without a bus, with real GTK. Its time moves only when told, that of GTK's process does not. */
async function startTray() {
  const scene = new DesktopScene({ env });
  const embedded: boolean[] = [];
  const tray = createTray(scene.context, {
    link: new BusLink({ name: "session", address: undefined, clock: systemClock, log: silentLog }),
    perform: () => Promise.resolve(),
    loginStart: { isEnabled: () => Promise.resolve(false), subscribe: () => () => {} },
    random: () => 1,
    openGtk: ({ context, onAction, signal }) =>
      openGtkHost({
        context: { ...context, clock: systemClock },
        command: gtkCommand(env),
        onAction,
        signal,
        onEmbedded: (isEmbedded) => void embedded.push(isEmbedded),
      }),
  });
  const stop = new AbortController();
  const ended = tray.run(stop.signal);
  const logged = async (words: string, times = 1) => {
    const count = () => scene.log.filter(({ message }) => message.includes(words)).length;
    await until(`"${words}" is logged ${times} times`, () => count() >= times || undefined);
  };
  await settle();
  return {
    scene,
    embedded,
    logged,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
      assertEquals(scene.fakeClock.pending, 0);
    },
  };
}

const failed = "The tray cannot be shown";
const told = (scene: DesktopScene) => scene.log.filter(({ level }) => level !== "debug").map(({ message }) => message);

desktopTest("The icon comes when X does, for a tray that was there before", ["Xvfb", "trayer"], async () => {
  await using tray = await startTray();
  const { scene, embedded, logged } = tray;
  await scene.fakeClock.advance(3_000);
  await logged(failed);
  await scene.fakeClock.advance(500);
  await logged(failed, 2);
  assertEquals(told(scene).filter((message) => message.includes("trays of X11")).length, 1);
  await using _desktop = await startDesktop();
  await scene.fakeClock.advance(1_000);
  await until("a tray shows the icon", () => embedded.at(-1));
});

desktopTest("The icon comes back when X crashes and is started again", ["Xvfb", "trayer"], async () => {
  await using tray = await startTray();
  const { scene, embedded, logged } = tray;
  const desktop = await startDesktop();
  await scene.fakeClock.advance(3_000);
  await until("a tray shows the icon", () => embedded.at(-1));
  await desktop.crash();
  await logged("The tray has ended");
  await scene.fakeClock.advance(500);
  await logged(failed);
  embedded.length = 0;
  await using _again = await startDesktop();
  await scene.fakeClock.advance(1_000);
  await until("a tray shows the icon again", () => embedded.at(-1));
  assertEquals(told(scene).filter((message) => message.includes("trays of X11")).length, 1);
});
