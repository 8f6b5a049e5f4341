import { assertEquals } from "@std/assert";
import { MigrationHome } from "../../tests/support/migration/migration_home.ts";
import { findOldAutostart, hideOldAutostart, startsPredecessor, withHidden } from "./old_autostart.ts";

const entry = "[Desktop Entry]\nType=Application\nName=Tray\nExec=/usr/bin/cloudtolocalllm-tray --daemon\n";

Deno.test("startsPredecessor() knows an entry in force by the program that it starts", () => {
  for (
    const [text, expected] of [
      [entry, true],
      [entry.replace("=/usr", ' = "/usr').replace("-tray", '-enhanced-tray"'), true],
      [entry.replace("/usr/bin/cloudtolocalllm-tray", "python3 /opt/enhanced_tray_daemon.py"), true],
      [`${entry}Hidden=true\n`, false],
      [`${entry}X-GNOME-Autostart-enabled=false\n`, false],
      [entry.replace("-tray --daemon", " run --unless-running"), false],
      [entry.replace("-tray --daemon", ""), false],
      ["[Desktop Action x]\nExec=cloudtolocalllm-tray\n", false],
      [`${entry.replace("-tray", "")}[Desktop Action x]\nExec=cloudtolocalllm-tray\n`, false],
      ["", false],
    ] as const
  ) assertEquals(startsPredecessor(text), expected, text);
});

Deno.test("withHidden() changes one line, and is undone by it", () => {
  const hidden = withHidden(`# mine\n${entry}[Desktop Action x]\nHidden=false\n`);
  assertEquals(hidden, `# mine\n${entry.replace("\n", "\nHidden=true\n")}[Desktop Action x]\nHidden=false\n`);
  assertEquals(hidden.replace("Hidden=true\n", ""), `# mine\n${entry}[Desktop Action x]\nHidden=false\n`);
  assertEquals(withHidden(`${entry}Hidden = false\n`), `${entry}Hidden=true\n`);
});

Deno.test("hideOldAutostart() switches off an entry of the user, and one of the system by one of the user", async () => {
  await using home = await MigrationHome.make();
  const [user, system] = [`${home.folder}/.config/autostart`, `${home.folder}/xdg/autostart`];
  await Deno.mkdir(user, { recursive: true });
  await Deno.mkdir(system, { recursive: true });
  for (const file of [`${user}/a.desktop`, `${system}/b.desktop`, `${user}/c.desktop`, `${system}/c.desktop`]) {
    await Deno.writeTextFile(file, file.startsWith(user) && file.endsWith("c.desktop") ? withHidden(entry) : entry);
  }
  const env = (name: string) => ({ HOME: home.folder, XDG_CONFIG_DIRS: `${home.folder}/xdg` })[name];
  const found = await findOldAutostart(env);
  assertEquals(found.map(({ file }) => file), [`${user}/a.desktop`, `${system}/b.desktop`]);
  for (const one of found) await hideOldAutostart(one);
  assertEquals(await findOldAutostart(env), []);
  assertEquals(await Deno.readTextFile(`${system}/b.desktop`), entry);
  assertEquals(await Deno.readTextFile(`${user}/a.desktop`), withHidden(entry));
});
