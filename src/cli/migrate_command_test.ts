import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeIo, type FakeIoOptions } from "../../tests/support/fake_io.ts";
import { MigrationHome } from "../../tests/support/migration/migration_home.ts";
import { oldFileText, oldToken } from "../../tests/support/migration/old_files.ts";
import { ExitCode } from "./io.ts";
import { migrateCommand, type MigrateParts } from "./migrate_command.ts";

/** Neither systemctl nor ps is there. */
const quiet: MigrateParts = { run: () => Promise.resolve(undefined) };

async function migrate(
  home: MigrationHome,
  switches: string[],
  { parts = quiet, ...options }: Omit<FakeIoOptions, "env"> & { parts?: MigrateParts } = {},
): Promise<{ code: ExitCode; io: FakeIo }> {
  const io = new FakeIo({ ...options, env: { ...home.env, XDG_CONFIG_DIRS: `${home.folder}/xdg` } });
  const invocation = { path: ["migrate"], arguments: {}, options: {}, switches: new Set(switches) };
  return { code: await migrateCommand({ io, invocation }, parts), io };
}

async function addAutostart({ folder }: MigrationHome): Promise<string> {
  await Deno.mkdir(`${folder}/.config/autostart`, { recursive: true });
  const file = `${folder}/.config/autostart/tray.desktop`;
  await Deno.writeTextFile(file, "[Desktop Entry]\nExec=cloudtolocalllm-tray\n");
  return file;
}

Deno.test("migrate says what it does, what is left, and how to agree to the rest", async () => {
  await using home = await MigrationHome.make(oldFileText({ cloud: { theme: "dark" } }), { mode: 0o644 });
  const { oldFile, configFile } = home.paths;
  const first = await migrate(home, []);
  assertEquals(first.code, ExitCode.failed);
  const lines = first.io.stdout.split("\n");
  assertEquals(lines[0], `done  ${oldFile} is readable by you alone now (its mode was 644)`);
  assertMatch(lines[1], /^left {2}The cloud's token stays in .*no message bus.*not encrypted/);
  assertEquals(lines.slice(2), [
    `done  The settings are written to ${configFile}`,
    `Not carried over from ${oldFile}:`,
    "  cloud_proxy.theme is not known to this program",
    "To agree to the file: cloudtolocalllm migrate --insecure-file",
    "",
  ]);
  const agreed = await migrate(home, ["insecure-file"]);
  assertEquals(agreed.code, ExitCode.done);
  assertStringIncludes(agreed.io.stdout, 'done  The cloud\'s token is kept in the file as "cloudtolocalllm" now\n');
  assertEquals(await home.tokenInOld(), undefined);
  const { secrets } = JSON.parse(await Deno.readTextFile(`${home.paths.stateDir}/secrets.json`));
  assertEquals(secrets, { cloudtolocalllm: oldToken });
  await home.assertPrivate();
  const again = await migrate(home, []);
  assertEquals([again.code, again.io.stdout.split("\n")[0]], [
    ExitCode.done,
    `ok    ${configFile} has the same connections`,
  ]);
});

Deno.test("migrate --dry-run changes nothing at all, and says the truth about the keyring", async () => {
  await using home = await MigrationHome.make(oldFileText(), { mode: 0o644 });
  await addAutostart(home);
  const before = await home.tree();
  const { io } = await migrate(home, ["dry-run", "yes", "insecure-file"], { terminal: { stdin: true, stdout: true } });
  assertEquals(io.stdout.split("\n").map((line) => line.slice(0, 6)), [
    "The pr",
    "  The ",
    ...Array(5).fill("would "),
    "To swi",
    "",
  ]);
  assertStringIncludes(io.stdout, "would be kept in the file");
  const without = await migrate(home, ["dry-run"]);
  assertEquals(without.code, ExitCode.failed);
  assertMatch(without.io.stdout, /left {2}The cloud's token stays .*No keyring can be used/);
  assertEquals(await home.tree(), before);
});

Deno.test("migrate --json is one object, without the token", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const { io } = await migrate(home, ["json", "insecure-file"]);
  const { outcome, file, steps, notCarriedOver, predecessor } = JSON.parse(io.stdout);
  assertEquals([outcome, file, notCarriedOver, predecessor.settings], ["done", file, [], home.paths.oldFile]);
  assertEquals(steps.map(({ step }: { step: string }) => step), ["token", "settings", "clean"]);
  assertEquals(io.stdout.includes("planted"), false);
});

Deno.test("migrate says that there is nothing to take over", async () => {
  await using home = await MigrationHome.make();
  const { code, io } = await migrate(home, []);
  assertEquals([code, io.stdout], [
    ExitCode.done,
    `There is no ${home.paths.oldFile}: no settings to take over\n`,
  ]);
});

for (
  const [what, options, switches, isSwitchedOff] of [
    ["yes at the terminal", { terminal: { stdin: true, stdout: true }, stdin: "y\n" }, [], true],
    ["no at the terminal", { terminal: { stdin: true, stdout: true }, stdin: "\n" }, [], false],
    ["the end of input", { terminal: { stdin: true, stdout: true }, stdin: "" }, [], false],
    ["a pipe", { stdin: "y\n" }, [], false],
    ["--yes in a pipe", {}, ["yes"], true],
    ["--json at the terminal", { terminal: { stdin: true, stdout: true }, stdin: "y\n" }, ["json"], false],
  ] as const
) {
  Deno.test(`migrate ${isSwitchedOff ? "switches" : "does not switch"} the predecessor off with ${what}`, async () => {
    await using home = await MigrationHome.make();
    const file = await addAutostart(home);
    const { code, io } = await migrate(home, [...switches], options);
    assertEquals((await Deno.readTextFile(file)).includes("Hidden=true"), isSwitchedOff);
    assertEquals(code, ExitCode.done);
    assertEquals(io.stdout.includes("migrate --yes"), !isSwitchedOff && what !== "--json at the terminal");
  });
}
