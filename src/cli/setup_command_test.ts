import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { ModelServer } from "../../tests/support/model_server.ts";
import { typedAnswers } from "../../tests/support/terminal_script.ts";
import type { SetupMachine } from "../app/setup.ts";
import { systemClock } from "../core/clock.ts";
import { ExitCode } from "./io.ts";
import { setupCommand } from "./setup_command.ts";

type Answers = Parameters<typeof typedAnswers>[0];

interface Ran {
  io: FakeIo;
  code: ExitCode;
}

/** A home of its own, and what was done to the machine. */
class SetupScene implements AsyncDisposable {
  readonly done: string[] = [];
  found: Awaited<ReturnType<SetupMachine["findServers"]>> = [
    { name: "Ollama", kind: "ollama", url: "http://127.0.0.1:11434", models: 3 },
  ];

  private constructor(readonly home: string) {}

  static async start(): Promise<SetupScene> {
    return new SetupScene(await Deno.makeTempDir({ prefix: "setup-" }));
  }

  get configFile(): string {
    return `${this.home}/.config/cloudtolocalllm/config.json`;
  }

  get secretFile(): string {
    return `${this.home}/.local/state/cloudtolocalllm/secrets.json`;
  }

  readonly machine: Partial<SetupMachine> = {
    findServers: () => Promise.resolve(this.found),
    loginStart: {
      isEnabled: () => Promise.resolve(this.done.includes("login true")),
      set: (enabled) => Promise.resolve(void this.done.push(`login ${enabled}`)),
    },
  };

  /** At a terminal, when there are answers. */
  async setup(answers: Answers | undefined, switches: string[] = []): Promise<Ran> {
    const script = typedAnswers(answers ?? []);
    const terminal = { stdin: answers !== undefined };
    const io = new FakeIo({ env: { HOME: this.home }, stdin: script.stdin, terminal });
    Object.assign(io, { clock: systemClock });
    script.follow(io);
    const startDaemon = () => Promise.resolve(void this.done.push("start"));
    const invocation = { path: ["setup"], arguments: {}, options: {}, switches: new Set(switches) };
    return { io, code: await setupCommand({ io, invocation }, { machine: this.machine, startDaemon }) };
  }

  async config(): Promise<unknown> {
    return JSON.parse(await Deno.readTextFile(this.configFile));
  }

  async has(file: string): Promise<boolean> {
    return await Deno.stat(file).then(() => true, () => false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.home, { recursive: true });
  }
}

const toTheEnd: Answers = [["log in? [Y/n]", "\n"], ["now? [Y/n]", "\n"]];

Deno.test("setup takes its defaults at empty lines: no cloud, start at login, start now", async () => {
  await using scene = await SetupScene.start();
  const { io, code } = await scene.setup([["Which one? [6]", "\n"], ...toTheEnd]);
  assertEquals([code, scene.done], [ExitCode.done, ["login true", "start"]]);
  assertStringIncludes(io.stderr, "ok Ollama answers at http://127.0.0.1:11434 with 3 models\n");
  assertMatch(io.stdout, /Programs reach every model at http:\/\/127\.0\.0\.1:11435 /);
  assertEquals(await scene.has(scene.configFile), false);
});

Deno.test("setup tries a cloud's token, asks again when it is refused, and keeps both only with consent", async () => {
  await using scene = await SetupScene.start();
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "sk-right-planted" });
  const { io, code } = await scene.setup([
    ["Which one? [6]", "4\n"],
    ["Its address", "not an address\n"],
    ["url must be", `${cloud.url}\n`],
    ["empty: no cloud", "sk-wrong-planted\r"],
    ["Try another token? [Y/n]", "\n"],
    ["Try another token? [Y/n]", "sk-right-planted\r"],
    ["not encrypted? [y/N]", "y\n"],
    ...toTheEnd,
  ]);
  assertEquals([code, io.rawModes], [ExitCode.done, [true, false, true, false]]);
  assertEquals((io.stdout + io.stderr).includes("planted"), false);
  assertMatch(io.stderr, /FAILED 127\.0\.0\.1:\d+ refuses the token\n/);
  assertEquals(await scene.config(), {
    version: 1,
    backends: [
      { id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" },
      { id: "cloud", kind: "ollama", url: "https://ollama.com", location: "cloud", enabled: false, secret: "cloud" },
      { id: "cloud-server", kind: "openai", url: cloud.url, location: "cloud", secret: "cloud-server" },
    ],
  });
  const { secrets } = JSON.parse(await Deno.readTextFile(scene.secretFile));
  assertEquals(secrets, { "cloud-server": "sk-right-planted" });
  const again = await scene.setup([["now? [Y/n]", "n\n"]]);
  assertStringIncludes(again.io.stderr, `The cloud connection cloud-server is set up (${cloud.url})`);
});

Deno.test("setup keeps nothing of a cloud whose token may lie nowhere", async () => {
  await using scene = await SetupScene.start();
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "sk-right-planted" });
  const { io } = await scene.setup([
    ["Which one? [6]", "4\n"],
    ["Its address", `${cloud.url}\n`],
    ["empty: no cloud", "sk-right-planted\r"],
    ["not encrypted? [y/N]", "\n"],
    ...toTheEnd,
  ]);
  assertStringIncludes(io.stderr, "Nothing was kept of the cloud connection");
  assertEquals([await scene.has(scene.configFile), await scene.has(scene.secretFile)], [false, false]);
});

Deno.test("setup takes the token back when the configuration cannot be changed", async () => {
  await using scene = await SetupScene.start();
  await using cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token: "sk-right-planted" });
  scene.machine.changeConfig = () => Promise.reject(new Error("Cannot write the file: no space is left"));
  const answers: Answers = [
    ["Which one? [6]", "4\n"],
    ["Its address", `${cloud.url}\n`],
    ["empty: no cloud", "sk-right-planted\r"],
    ["not encrypted? [y/N]", "y\n"],
  ];
  await assertRejects(() => scene.setup(answers), Error, "no space is left");
  assertEquals(await scene.has(scene.secretFile), false);
});

Deno.test("setup switches on the connection that is there, and changes nothing else of the file", async () => {
  await using scene = await SetupScene.start();
  const written = {
    version: 1,
    log: { level: "debug" },
    backends: [{
      id: "mine",
      kind: "ollama",
      url: "https://ollama.com/",
      location: "cloud",
      enabled: false,
      priority: 7,
    }],
  };
  await Deno.mkdir(`${scene.home}/.config/cloudtolocalllm`, { recursive: true });
  await Deno.writeTextFile(scene.configFile, JSON.stringify(written));
  scene.machine.test = (config) => Promise.resolve({ backend: config.id, ok: true, steps: [step] });
  await scene.setup([
    ["Use Ollama? [Y/n]", "n\n"],
    ["Which one? [6]", "1\n"],
    ["empty: no cloud", "sk-planted\r"],
    ["not encrypted? [y/N]", "y\n"],
    ...toTheEnd,
  ]);
  const [mine] = written.backends;
  assertEquals(await scene.config(), { ...written, backends: [{ ...mine, enabled: true, secret: "mine" }] });
});

const step = { name: "List the models", ok: true, detail: "2 models", durationMs: 1, advice: null };

Deno.test("setup offers a server that no connection has", async () => {
  await using scene = await SetupScene.start();
  scene.found = [{ name: "LM Studio", kind: "openai", url: "http://127.0.0.1:1234/v1", models: 1 }];
  const { io } = await scene.setup([["Use LM Studio? [Y/n]", "\n"], ["Which one? [6]", "6\n"], ...toTheEnd]);
  const { backends } = await scene.config() as { backends: unknown[] };
  const added = { id: "lm-studio", kind: "openai", url: "http://127.0.0.1:1234/v1", location: "local" };
  assertEquals(backends.at(-1), added);
  assertStringIncludes(io.stderr, "! Ollama does not answer on this machine");
});

Deno.test("setup never overwrites a configuration that is broken", async () => {
  await using scene = await SetupScene.start();
  await Deno.mkdir(`${scene.home}/.config/cloudtolocalllm`, { recursive: true });
  await Deno.writeTextFile(scene.configFile, '{"version": 1,}');
  await assertRejects(() => scene.setup([["Which", "\n"]]), Error, "no comma may stand before }");
  assertEquals(await Deno.readTextFile(scene.configFile), '{"version": 1,}');
});

for (const [what, key] of [["Ctrl-C", "\x03"], ["Ctrl-D", "\x04"]]) {
  Deno.test(`setup leaves nothing behind after ${what} in the token`, async () => {
    await using scene = await SetupScene.start();
    const answers: Answers = [["Which one? [6]", "1\n"], ["empty: no cloud", `sk-pla${key}`]];
    await assertRejects(() => scene.setup(answers), Error, "Broken off");
    assertEquals([scene.done, await scene.has(scene.configFile), await scene.has(scene.secretFile)], [
      [],
      false,
      false,
    ]);
  });
}

Deno.test("setup ends when the answers do", async () => {
  await using scene = await SetupScene.start();
  await assertRejects(() => scene.setup([["Which one? [6]", "seven\n"]]), Error, "Broken off");
  assertEquals(scene.done, []);
});

Deno.test("setup without a terminal asks nothing, and does only what --yes agrees to", async () => {
  await using scene = await SetupScene.start();
  const { io, code } = await scene.setup(undefined);
  assertEquals([code, scene.done], [ExitCode.done, []]);
  assertStringIncludes(io.stderr, "is no terminal, so nothing is asked; to agree to every default, use --yes\n");
  assertStringIncludes(io.stdout, "OLLAMA_HOST=127.0.0.1:11435 ollama run");
  const agreed = await scene.setup(undefined, ["yes"]);
  assertEquals([agreed.code, scene.done], [ExitCode.done, ["login true", "start"]]);
});

Deno.test("setup --clients prints what can be copied, and nothing else", async () => {
  await using scene = await SetupScene.start();
  const { io } = await scene.setup(undefined, ["clients"]);
  assertEquals([scene.done, io.stderr], [[], ""]);
  for (const program of ["ollama", "Open WebUI", "Continue", "Zed", "OpenAI for Python", "OpenAI for JavaScript"]) {
    assert(io.stdout.includes(`\n${program} (`), program);
  }
});
