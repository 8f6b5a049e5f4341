import { assertEquals, assertRejects } from "@std/assert";
import { copyWithGtk, GtkClipboard } from "../../src/desktop/actions/gtk_clipboard.ts";
import { GtkMissing } from "../../src/desktop/tray/gtk_process.ts";
import { gtkCommand } from "../support/desktop/gtk_scene.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { outputOf } from "../support/desktop/process_group.ts";
import { until } from "../support/desktop/until.ts";
import { XDisplay } from "../support/desktop/x_display.ts";
import { DesktopScene } from "../support/desktop_context.ts";
import { inTime } from "../support/in_time.ts";

/** Debian's, which knows python3-gi, not another one in the PATH. */
const python = "/usr/bin/python3";
const programs = ["Xvfb", "python3"];

/** What another program finds on the clipboard. */
async function pasted({ env }: XDisplay): Promise<string> {
  const script = `
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text() or "", end="")`;
  return new TextDecoder().decode(await outputOf(python, { args: ["-c", script], env: { ...env, NO_AT_BRIDGE: "1" } }));
}

function clipboardOn(display: XDisplay) {
  const scene = new DesktopScene({ env: { ...display.env } });
  return { scene, clipboard: new GtkClipboard({ context: scene.context, command: gtkCommand(display.env) }) };
}

desktopTest("GtkClipboard copies what other programs paste, as often as they like", programs, async () => {
  await using display = await XDisplay.start();
  const { scene, clipboard } = clipboardOn(display);
  await using _ = clipboard;
  for (const text of ["http://127.0.0.1:11435", "two\nlines, “ä” and 🦙"]) {
    await clipboard.copy(text);
    assertEquals(await pasted(display), text);
    assertEquals(await pasted(display), text);
  }
  // The first process has lost the clipboard to the second, and is not kept for it.
  await until("only one is left", () => scene.fakeClock.pending === 1 || undefined);
});

desktopTest("GtkClipboard keeps the text for ten minutes", programs, async () => {
  await using display = await XDisplay.start();
  const { scene, clipboard } = clipboardOn(display);
  await using _ = clipboard;
  await clipboard.copy("short-lived");
  await scene.fakeClock.advance(10 * 60_000 - 1);
  assertEquals(await pasted(display), "short-lived");
  await scene.fakeClock.advance(1);
  await until("the process is gone", () => scene.fakeClock.pending === 0 || undefined);
  assertEquals(await pasted(display), "");
});

desktopTest("GtkClipboard takes the text with it when the daemon ends", programs, async () => {
  await using display = await XDisplay.start();
  const { scene, clipboard } = clipboardOn(display);
  await clipboard.copy("gone with the daemon");
  await inTime("it closes", clipboard[Symbol.asyncDispose]());
  assertEquals(scene.fakeClock.pending, 0);
  assertEquals(await pasted(display), "");
});

Deno.test("copyWithGtk() rejects where there is no X11", async () => {
  const { context } = new DesktopScene();
  await assertRejects(() => copyWithGtk("text", { context }), GtkMissing);
});
