import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { lines, UnitScene } from "../../../tests/support/unit_scene.ts";
import { Autostart } from "./autostart.ts";
import { XdgAutostart } from "./xdg_autostart.ts";

async function scene(env: Record<string, string>, active: string[]) {
  const units = await UnitScene.make({ env, active });
  const xdg = new XdgAutostart({ env: units.env, command: units.command });
  return { units, xdg, autostart: new Autostart({ env: units.env, unit: units.unit, xdg }) };
}

const desktop = { DISPLAY: ":0" };

const table: [
  what: string,
  env: Record<string, string>,
  active: string[],
  means: "systemd" | "xdg",
  target?: string,
][] = [
  [
    "a session that reaches graphical-session.target",
    desktop,
    ["graphical-session.target", "default.target"],
    "systemd",
    "graphical-session.target",
  ],
  ["a desktop that does not start that target", desktop, ["default.target"], "xdg"],
  ["a machine without a desktop", {}, ["default.target"], "systemd", "default.target"],
  ["a machine without systemd", desktop, [], "xdg"],
  ["a machine with neither", {}, [], "xdg"],
];

for (const [what, env, active, means, target] of table) {
  Deno.test(`Autostart uses ${means} in ${what}, and nothing once it is disabled`, async () => {
    const { units, xdg, autostart } = await scene(env, active);
    await using _units = units;
    assertEquals(await autostart.means(), null);
    await autostart.set(true);
    assertEquals([await autostart.means(), await autostart.isEnabled()], [means, true]);
    assertEquals([await units.unit.isEnabled(), await xdg.isEnabled()], [means === "systemd", means === "xdg"]);
    if (target) assertEquals(await units.wanted(), [target]);
    await autostart.set(false);
    assertEquals([await autostart.means(), await units.unit.isEnabled(), await xdg.isEnabled()], [null, false, false]);
  });
}

Deno.test("Autostart never leaves both means on, whichever was on before", async () => {
  const { units, xdg, autostart } = await scene(desktop, ["graphical-session.target"]);
  await using _units = units;
  await xdg.set(true);
  await autostart.set(true);
  assertEquals([await units.unit.isEnabled(), await xdg.isEnabled()], [true, false]);
  units.active.clear();
  await autostart.set(true);
  assertEquals([await units.unit.isEnabled(), await xdg.isEnabled()], [false, true]);
});

Deno.test("Autostart tells its listeners of what was done, and of nothing that failed", async () => {
  const { units, autostart } = await scene(desktop, ["graphical-session.target"]);
  await using _units = units;
  const told: boolean[] = [];
  const unsubscribe = autostart.subscribe((enabled) => told.push(enabled));
  await autostart.set(true);
  units.failing.set("disable", "Access denied");
  await assertRejects(
    () => autostart.set(false),
    Error,
    "systemctl --user disable cloudtolocalllm.service failed: Access denied",
  );
  units.failing.clear();
  await autostart.set(false);
  unsubscribe();
  await autostart.set(true);
  assertEquals(told, [true, false]);
});

Deno.test("UserUnit writes a unit for a program that lies elsewhere, and leaves a person's unit alone", async () => {
  const { units } = await scene({}, ["default.target"]);
  await using _units = units;
  await units.unit.enable("default.target");
  const text = await Deno.readTextFile(units.unit.file);
  assertStringIncludes(text, `\nExecStart="${units.command.program}" run\n`);
  assertStringIncludes(text, "\nWantedBy=default.target\n");
  assertEquals(/graphical-session/.test(text), false);
  await units.unit.enable("graphical-session.target");
  assertStringIncludes(await Deno.readTextFile(units.unit.file), "\nPartOf=graphical-session.target\n");
  const own = "[Service]\nExecStart=/opt/mine run\n";
  await Deno.writeTextFile(units.unit.file, own);
  await units.unit.enable("default.target");
  assertEquals(await Deno.readTextFile(units.unit.file), own);
});

Deno.test("UserUnit uses the unit of the package where there is one", async () => {
  const { units } = await scene({}, ["default.target"]);
  await using _units = units;
  units.isPackaged = true;
  await units.unit.enable("default.target");
  await assertRejects(() => Deno.stat(units.unit.file), Deno.errors.NotFound);
  assertEquals(lines(units.calls), [
    "show --value --property LoadState cloudtolocalllm.service",
    "daemon-reload",
    "add-wants default.target cloudtolocalllm.service",
  ]);
});

Deno.test("UserUnit says so when no manager of the user answers", async () => {
  const { units } = await scene({}, []);
  await using _units = units;
  units.isAbsent = true;
  await assertRejects(
    () => units.unit.enable("default.target"),
    Error,
    "Cannot reach systemd's manager of this user: ",
  );
  assertEquals([await units.unit.isKnown(), await units.unit.mainPid(), await units.unit.isReached("default.target")], [
    false,
    undefined,
    false,
  ]);
});
