import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DesktopScene, type DesktopSceneOptions } from "../../../tests/support/desktop_context.ts";
import { FakePrograms } from "../../../tests/support/fake_programs.ts";
import type { ConnectionTest } from "../../state/connection_report.ts";
import { type ActionParts, createActions } from "./actions.ts";
import type { LoginStart } from "../../state/login_start.ts";
import { Mute } from "../notifications/mute.ts";
import type { PerformAction } from "./perform_action.ts";
import type { TrayAction } from "../tray/tray_model_types.ts";

/** Actions without a bus, on fake programs, in a session folder of their own. */
class ActionScene implements AsyncDisposable {
  readonly desktop: DesktopScene;
  readonly programs: FakePrograms;
  readonly perform: PerformAction;
  readonly runtimeDir: string;

  private constructor(programs: FakePrograms, options: DesktopSceneOptions, parts: Partial<ActionParts>) {
    this.programs = programs;
    this.runtimeDir = `${programs.folder}/run/cloudtolocalllm`;
    this.desktop = new DesktopScene({ runtimeDir: this.runtimeDir, ...options });
    const link = { bus: undefined };
    this.perform = createActions(this.desktop.context, { link, childEnv: programs.env, ...parts });
  }

  static async make(options: DesktopSceneOptions = {}, parts: Partial<ActionParts> = {}): Promise<ActionScene> {
    const programs = await FakePrograms.make();
    for (const name of ["xdg-open", "xclip"]) await programs.add(name, { reads: name === "xclip" });
    return new ActionScene(programs, options, parts);
  }

  /** Log lines at warn or above. */
  get warnings(): string[] {
    return this.desktop.log.filter(({ level }) => level === "warn" || level === "error")
      .map(({ message, fields }) => `${message}: ${fields.reason}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.programs[Symbol.asyncDispose]();
  }
}

for (
  const [action, command] of [
    [{ do: "set_mode", mode: "cloud-only" }, ["setMode", "cloud-only"]],
    [{ do: "enable_backend", backend: "local", enabled: false }, ["enableBackend", "local", false]],
    [{ do: "pause_cloud" }, ["pauseCloud"]],
    [{ do: "pause_cloud", forMs: 3_600_000 }, ["pauseCloud", 3_600_000]],
    [{ do: "resume_cloud" }, ["resumeCloud"]],
    [{ do: "quit" }, ["quit"]],
  ] as [TrayAction, unknown[]][]
) {
  Deno.test(`createActions() carries out ${JSON.stringify(action)}`, async () => {
    await using scene = await ActionScene.make();
    await scene.perform(action, {});
    assertEquals(scene.desktop.commands as unknown[], [command]);
    assertEquals(scene.warnings, []);
  });
}

Deno.test("createActions() opens the settings by a new link each time, with the activation token", async () => {
  await using scene = await ActionScene.make();
  for (const key of ["link-1", "link-2"]) {
    await scene.perform({ do: "open_settings" }, { activationToken: "token-1" });
    const { args, activationToken } = (await scene.programs.calls("xdg-open")).at(-1)!;
    assertEquals([args, activationToken], [[`http://127.0.0.1:11435/settings/enter?key=${key}`], "token-1"]);
    await scene.desktop.fakeClock.advance(1_000);
  }
});

Deno.test("createActions() opens the configuration file", async () => {
  await using scene = await ActionScene.make();
  await scene.perform({ do: "open_config_file" }, {});
  assertEquals(scene.desktop.commands, [["provideConfigFile"]]);
  const [{ args }] = await scene.programs.calls("xdg-open");
  assertEquals(args, [`${scene.runtimeDir}/config.json`]);
});

Deno.test("createActions() hides the backends' tokens from what it starts", async () => {
  Deno.env.set("CLOUDTOLOCALLLM_SECRET_CLOUD", "the-token");
  try {
    await using scene = await ActionScene.make();
    await scene.perform({ do: "open_settings" }, {});
    const [{ cloudToken }] = await scene.programs.calls("xdg-open");
    assertEquals(cloudToken, "");
  } finally {
    Deno.env.delete("CLOUDTOLOCALLLM_SECRET_CLOUD");
  }
});

Deno.test("createActions() gives what it starts no activation token that is none", async () => {
  for (const activationToken of ["a\nb", "A".repeat(200_000), "a\0b"]) {
    await using scene = await ActionScene.make();
    await scene.perform({ do: "open_settings" }, { activationToken });
    const [call] = await scene.programs.calls("xdg-open");
    assertEquals([call.activationToken, call.startupId, scene.warnings], ["", "", []]);
  }
});

Deno.test("createActions() starts a thing once, however often and by whomever it is asked for", async () => {
  await using scene = await ActionScene.make({ env: { DISPLAY: ":0" } });
  await scene.programs.add("xdg-open", { stays: true });
  const opened = new Set<Promise<void>>();
  for (let i = 0; i < 10_000; i++) {
    opened.add(scene.perform({ do: "open_settings" }, { activationToken: `token-${i}` }));
    for (const what of ["open_logs", "open_website", "copy_address"] as const) {
      opened.add(scene.perform({ do: what }, {}));
    }
  }
  // One promise each: what is asked for in vain takes no memory either.
  assertEquals(opened.size, 4);
  await scene.perform({ do: "copy_address" }, {});
  await scene.programs.started("xdg-open", 3);
  await scene.desktop.fakeClock.advance(10_000);
  await Promise.all(opened);
  const targets = (await scene.programs.calls("xdg-open")).map(({ args: [target] }) => target.split("/").at(-1));
  assertEquals(targets.sort(), ["", "enter?key=link-1", "recent-log.txt"]);
  assertEquals((await scene.programs.calls("xclip")).length, 1);
  assertEquals(scene.warnings, []);
});

Deno.test("createActions() opens again after a second, not before", async () => {
  await using scene = await ActionScene.make();
  for (const [waitMs, starts] of [[0, 1], [999, 1], [1, 2]]) {
    await scene.desktop.fakeClock.advance(waitMs);
    await scene.perform({ do: "open_settings" }, {});
    assertEquals((await scene.programs.calls("xdg-open")).length, starts);
  }
});

Deno.test("createActions() opens no more while eight programs that it started run", async () => {
  await using scene = await ActionScene.make();
  await scene.programs.add("xdg-open", { stays: true });
  for (let i = 1; i <= 10; i++) {
    const opened = scene.perform({ do: "open_settings" }, {});
    if (i <= 8) await scene.programs.started("xdg-open", i);
    await scene.desktop.fakeClock.advance(10_000);
    await opened;
  }
  assertEquals((await scene.programs.calls("xdg-open")).length, 8);
  const why = "xdg-open was not started: 8 programs that were opened before still run; close one";
  assertEquals(scene.warnings, [
    `Cannot open the settings: ${why}. Open this yourself: http://127.0.0.1:11435/settings/enter?key=link-9`,
  ]);
});

Deno.test("createActions() changes in order, and only what just runs is the same", async () => {
  await using scene = await ActionScene.make();
  const [local, cloud] = [{ do: "set_mode", mode: "local-only" }, { do: "set_mode", mode: "cloud-only" }] as const;
  const resume = { do: "resume_cloud" } as const;
  await Promise.all([local, local, cloud, local, resume, resume, local].map((action) => scene.perform(action, {})));
  await scene.perform(local, {});
  const names = scene.desktop.commands.map(([name, mode]) => mode ?? name);
  assertEquals(names, ["local-only", "cloud-only", "local-only", "resumeCloud", "local-only", "local-only"]);
});

Deno.test("createActions() carries out so many at a time at most, and always quits", async () => {
  await using scene = await ActionScene.make();
  const asked = Array.from({ length: 10_000 }, (_, i) => {
    return scene.perform({ do: "enable_backend", backend: "local", enabled: i % 2 === 0 }, {});
  });
  await scene.perform({ do: "quit" }, {});
  await Promise.all(asked);
  assertEquals([scene.desktop.commands.length, scene.desktop.commands.at(-1)], [33, ["quit"]]);
  assertEquals(scene.warnings, ["Cannot switch the backend: 32 other actions are under way"]);
});

Deno.test("createActions() opens the log as a file that only its user can read", async () => {
  await using scene = await ActionScene.make();
  scene.desktop.recentLog = "one\ntwo\n";
  await scene.perform({ do: "open_logs" }, {});
  const [{ args: [path] }] = await scene.programs.calls("xdg-open");
  assertEquals(await Deno.readTextFile(path), "one\ntwo\n");
  const modeOf = async (path: string) => ((await Deno.stat(path)).mode! & 0o777).toString(8);
  assertEquals([await modeOf(path), await modeOf(scene.runtimeDir)], ["600", "700"]);
});

Deno.test("createActions() opens the website", async () => {
  await using scene = await ActionScene.make();
  await scene.perform({ do: "open_website" }, {});
  assertEquals((await scene.programs.calls("xdg-open"))[0].args, ["https://cloudtolocalllm.online/"]);
});

Deno.test("createActions() copies the address", async () => {
  await using scene = await ActionScene.make({ env: { DISPLAY: ":0" } });
  await scene.perform({ do: "copy_address" }, {});
  assertEquals((await scene.programs.calls("xclip"))[0].input, "http://127.0.0.1:11435");
});

Deno.test("createActions() copies the name of a model", async () => {
  await using scene = await ActionScene.make({ env: { DISPLAY: ":0" } });
  await scene.perform({ do: "copy_model", model: "hf.co/x/y:Q4_K_M" }, {});
  assertEquals((await scene.programs.calls("xclip"))[0].input, "hf.co/x/y:Q4_K_M");
});

Deno.test("createActions() mutes notifications and ends that", async () => {
  const { context, fakeClock } = new DesktopScene();
  const mute = new Mute(context);
  await using scene = await ActionScene.make({}, { mute });
  await scene.perform({ do: "mute" }, {});
  assertEquals(mute.until, fakeClock.now() + 3_600_000);
  await scene.perform({ do: "unmute" }, {});
  assertEquals(mute.until, undefined);
});

Deno.test("createActions() switches the start at login", async () => {
  const told: boolean[] = [];
  const loginStart: LoginStart = {
    isEnabled: () => Promise.resolve(false),
    set: (enabled) => Promise.resolve(void told.push(enabled)),
    subscribe: () => () => {},
  };
  await using scene = await ActionScene.make({}, { loginStart });
  for (const enabled of [true, false]) await scene.perform({ do: "start_at_login", enabled }, {});
  assertEquals(told, [true, false]);
});

Deno.test("createActions() tells the app, and launches it", async () => {
  await using scene = await ActionScene.make();
  await scene.perform({ do: "app", command: "SHOW" }, {});
  await scene.perform({ do: "launch_app" }, {});
  assertEquals(scene.desktop.commands, [["tellApp", "SHOW"], ["launchApp"]]);
});

Deno.test("createActions() says why the app cannot be told", async () => {
  await using scene = await ActionScene.make({ failing: { tellApp: new Error("The app is not connected") } });
  await scene.perform({ do: "app", command: "SHOW" }, {});
  const [{ level, message, fields }] = scene.desktop.log;
  assertEquals([level, message, fields.reason], ["warn", "Cannot reach the app", "The app is not connected"]);
});

const failedTest: ConnectionTest = {
  backend: "local",
  ok: false,
  steps: [
    { name: "Connect", ok: false, detail: "Nothing listens there", durationMs: 1, advice: "Start Ollama" },
  ],
};

Deno.test("createActions() tests a backend and says how it went", async () => {
  const passedTest = { backend: "cloud", ok: true, steps: [] };
  await using scene = await ActionScene.make({ connectionTests: { local: failedTest, cloud: passedTest } });
  for (const backend of ["local", "cloud", "other"]) await scene.perform({ do: "test_backend", backend }, {});
  assertEquals(scene.desktop.log.map(({ message }) => message), [
    "The connection test failed",
    "The connection test passed",
    "Cannot test the backend",
  ]);
  assertEquals(scene.desktop.log[0].fields, {
    backend: "local",
    step: "Connect",
    detail: "Nothing listens there",
    advice: "Start Ollama",
  });
});

Deno.test("createActions() never rejects: what fails is a warning with the reason", async () => {
  const failing = { setMode: new Error("the file is read-only"), quit: new Error("no") };
  await using scene = await ActionScene.make({ failing });
  await scene.perform({ do: "set_mode", mode: "local-only" }, {});
  await scene.perform({ do: "quit" }, {});
  assertEquals(scene.warnings, ["Cannot change the mode: the file is read-only", "Cannot quit: no"]);
});

Deno.test("createActions() says what to open where nothing can open it", async () => {
  await using scene = await ActionScene.make();
  await Deno.remove(`${scene.programs.folder}/xdg-open`);
  await scene.perform({ do: "open_settings" }, {});
  const link = "http://127.0.0.1:11435/settings/enter?key=link-1";
  assertEquals(scene.warnings, [
    `Cannot open the settings: xdg-open is not installed (package xdg-utils). Open this yourself: ${link}`,
  ]);
});

Deno.test("createActions() says the address where nothing can copy it", async () => {
  await using scene = await ActionScene.make();
  await scene.perform({ do: "copy_address" }, {});
  assertMatch(scene.warnings[0], /^Cannot copy the address: /);
  assertStringIncludes(scene.warnings[0], "Copy this yourself: http://127.0.0.1:11435");
});
