import { assert, assertEquals } from "@std/assert";
import type { MenuItem, TrayModel } from "../../src/desktop/tray/tray_model_types.ts";
import { GtkScene } from "../support/desktop/gtk_scene.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { startTint2, startTrayer } from "../support/desktop/panels.ts";
import { openMenu } from "../support/desktop/tray_menu.ts";
import { until } from "../support/desktop/until.ts";

const programs = ["Xvfb", "dbus-daemon", "xdotool", "xwd"];

const menu: readonly MenuItem[] = [
  { kind: "item", key: "state", label: "Next: local_model & <b>", enabled: true },
  { kind: "separator", key: "line" },
  {
    kind: "radio",
    key: "local",
    label: "Local",
    enabled: true,
    checked: true,
    action: { do: "set_mode", mode: "local-only" },
  },
  {
    kind: "radio",
    key: "cloud",
    label: "Cloud",
    enabled: true,
    checked: false,
    action: { do: "set_mode", mode: "cloud-only" },
  },
  {
    kind: "submenu",
    key: "more",
    label: "More",
    enabled: true,
    items: [{ kind: "item", key: "logs", label: "Open logs", enabled: true, action: { do: "open_logs" } }],
  },
  { kind: "item", key: "quit", label: "Quit", enabled: true, action: { do: "quit" } },
];
/** Lines of `menu`, from the top. */
const line = { local: 1, cloud: 2, more: 3, quit: 4 };

const model: TrayModel = { icon: "local", colour: "light", title: "CloudToLocalLLM", tooltip: "All is well", menu };

/** The menu with other words and marks: the same entries. */
const sameEntries = menu.map((item) => item.kind === "radio" ? { ...item, checked: !item.checked } : item);
const otherEntries: readonly MenuItem[] = [
  { kind: "item", key: "settings", label: "Settings", enabled: true, action: { do: "open_settings" } },
  ...menu,
];

for (const [tray, start] of [["trayer", startTrayer], ["tint2", startTint2]] as const) {
  desktopTest(
    `GTK's icon in ${tray} is seen, clicked and changed, and its menu chooses`,
    [...programs, tray],
    async () => {
      await using scene = await GtkScene.start(model);
      const { host, session: { screen } } = scene;
      await start(scene.session, { background: "#303030" });
      await scene.embeddedIs(true);
      const place = await scene.iconOf(model);

      await screen.click(place, 1);
      await scene.chosen({ do: "open_settings" });

      const opened = await openMenu(screen, place, 3);
      assertEquals(opened.lines.length, 5);
      await screen.click(opened.lines[line.cloud]);
      await scene.chosen({ do: "set_mode", mode: "cloud-only" });

      host.show({ ...model, icon: "error", colour: "grey" });
      await scene.iconOf({ icon: "error", colour: "grey" });

      const again = await openMenu(screen, place, 3);
      await screen.moveTo(again.lines[line.more]);
      await screen.press("Up");
      await screen.press("Down");
      await screen.press("Right");
      await screen.press("Return");
      await scene.chosen({ do: "open_logs" });
      assertEquals(scene.actions.length, 3);
    },
  );
}

desktopTest("GTK's icon waits for a tray, and goes where a new one appears", [...programs, "trayer"], async () => {
  await using scene = await GtkScene.start(model);
  const first = startTrayer(scene.session);
  await scene.embeddedIs(true);
  await scene.iconOf(model);
  await first[Symbol.asyncDispose]();
  await scene.embeddedIs(true, false);
  scene.host.show({ ...model, icon: "cloud" });
  startTrayer(scene.session);
  await scene.embeddedIs(true, false, true);
  await scene.iconOf({ ...model, icon: "cloud" });
});

desktopTest("GTK's menu shows what the model says, not what was clicked", [...programs, "trayer"], async () => {
  await using scene = await GtkScene.start(model);
  const { screen } = scene.session;
  startTrayer(scene.session);
  const place = await scene.iconOf(model);
  const before = await openMenu(screen, place, 3);
  await screen.click(before.lines[line.cloud]);
  await scene.chosen({ do: "set_mode", mode: "cloud-only" });

  const unchanged = await openMenu(screen, place, 3);
  assertEquals(unchanged.picture.difference(before.picture), undefined);

  // In place, while it is open: only the marks change, and setting them is no click.
  scene.host.show({ ...model, menu: sameEntries });
  const marks = await until("the marks change", async () => (await screen.picture()).difference(unchanged.picture));
  assert(marks.width < 20, `${marks.width} pixels wide`);
  assertEquals(scene.actions.length, 1);
});

desktopTest("GTK's open menu stays under the pointer when its entries change", [...programs, "trayer"], async () => {
  await using scene = await GtkScene.start(model);
  const { host, session: { screen } } = scene;
  startTrayer(scene.session);
  const place = await scene.iconOf(model);
  const before = await openMenu(screen, place, 3);
  host.show({ ...model, icon: "paused", menu: otherEntries });
  // The menu hides the lower end of the icon.
  const top = { ...place, height: before.place.y - place.y };
  await until("the icon changes", async () => (await screen.picture()).difference(before.picture, top));
  assertEquals((await screen.picture()).difference(before.picture, before.place), undefined);
  await screen.click(before.lines[line.quit]);
  await scene.chosen({ do: "quit" });

  const after = await openMenu(screen, place, 3);
  assertEquals(after.lines.length, 6);
  await screen.click(after.lines[0]);
  await scene.chosen({ do: "open_settings" });
});

desktopTest(
  "GTK's icon goes when the host is closed, and when its process is killed",
  [...programs, "trayer"],
  async () => {
    for (const end of ["close", "kill"] as const) {
      await using scene = await GtkScene.start(model);
      const { host, session: { screen } } = scene;
      startTrayer(scene.session);
      const place = await scene.iconOf(model);
      const shown = await screen.picture();
      const pid = await scene.pid();
      if (end === "close") await host.close();
      else Deno.kill(pid, "SIGKILL");
      await host.closed;
      assertEquals(await Deno.stat(`/proc/${pid}`).catch(() => "gone"), "gone");
      await until("the icon goes", async () => (await screen.picture()).difference(shown, place));
    }
  },
);
