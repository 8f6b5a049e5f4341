import { assertEquals } from "@std/assert";
import { seeLoginEntries } from "./login_entries.ts";

async function entriesOf(files: Record<string, string>): Promise<unknown[]> {
  const home = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries({ "app run/ctl": "", ...files })) {
      const file = `${home}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text.replaceAll("HOME", home));
    }
    const env: Record<string, string> = { HOME: home, XDG_CONFIG_DIRS: `${home}/xdg` };
    const entries = await seeLoginEntries((name) => env[name]);
    return entries.map(({ kind, program, isProgramThere, isRemovable }) => {
      return [kind, program?.replace(home, "HOME"), isProgramThere, isRemovable];
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const user = ".config/autostart/cloudtolocalllm.desktop";
const unit = ".config/systemd/user/graphical-session.target.wants/cloudtolocalllm.service";

Deno.test("seeLoginEntries() reads entries as the session does, and links of units", async () => {
  const quoted = '[Desktop Entry]\nExec="HOME/app run/ctl" run --unless-running\n';
  assertEquals(await entriesOf({}), []);
  assertEquals(await entriesOf({ [user]: quoted }), [["xdg", "HOME/app run/ctl", true, true]]);
  assertEquals(await entriesOf({ [user]: `${quoted}Hidden=true\n` }), []);
  assertEquals(await entriesOf({ [user]: `${quoted}X-GNOME-Autostart-enabled=false\n` }), []);
  assertEquals(await entriesOf({ [user]: "Exec=ctl run\n" }), [["xdg", "ctl", true, true]]);
  assertEquals(await entriesOf({ [user]: `${quoted}TryExec=HOME/gone\n` }), [["xdg", "HOME/gone", false, true]]);
  const system = { "xdg/autostart/cloudtolocalllm.desktop": quoted };
  assertEquals(await entriesOf(system), [["xdg", "HOME/app run/ctl", true, false]]);
  assertEquals(await entriesOf({ ...system, [user]: quoted }), [["xdg", "HOME/app run/ctl", true, false]]);
  assertEquals(await entriesOf({ ...system, [user]: "Hidden=true\n" }), []);
  assertEquals(await entriesOf({ [unit]: '[Service]\nExecStart="HOME/app run/ctl" run\n' }), [
    ["systemd", "HOME/app run/ctl", true, true],
  ]);
  assertEquals(await entriesOf({ [unit]: "[Service]\nExecStart=-HOME/gone run\n" }), [
    ["systemd", "HOME/gone", false, true],
  ]);
});
