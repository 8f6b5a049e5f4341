import { assertEquals, assertRejects } from "@std/assert";
import { FakeIo, type FakeIoOptions } from "../../tests/support/fake_io.ts";
import type { Daemon, DaemonOptions } from "../app.ts";
import { version } from "../core/version.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { runCommand } from "./run_command.ts";

/** A daemon that says what happened to it; it closes when told. */
class ScriptedApp {
  options: DaemonOptions | undefined;
  /** Where a daemon runs already that opens its settings. */
  first: string | undefined;
  /** Brokers for which the first daemon was asked. */
  readonly asked: string[] = [];
  /** What each `close()` was given. */
  readonly graces: (number | undefined)[] = [];
  readonly #started = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();

  readonly load = () => Promise.resolve({ startDaemon: (options: DaemonOptions) => this.#start(options) });

  readonly openSettingsOfFirst = (_env: unknown, { broker }: { broker: string }) => {
    this.asked.push(broker);
    return Promise.resolve(this.first);
  };

  finishStart = () => this.#started.resolve();
  failStart = (error: Error) => this.#started.reject(error);
  finishClose = () => this.#closed.resolve();

  async #start(options: DaemonOptions): Promise<Daemon> {
    this.options = options;
    await this.#started.promise;
    return {
      url: "http://127.0.0.1:1",
      closed: this.#closed.promise,
      close: ({ graceMs } = {}) => {
        this.graces.push(graceMs);
        return this.#closed.promise;
      },
    };
  }
}

function run(io: FakeIo, app: ScriptedApp, ...words: string[]): Promise<ExitCode> {
  const line = parseCommandLine(words);
  if (line.kind !== "command") throw new Error("Not a command");
  const loadFirstInstance = () => Promise.resolve({ openSettingsOfFirst: app.openSettingsOfFirst });
  return runCommand({ io, invocation: line.invocation }, { loadApp: app.load, loadFirstInstance });
}

interface Running {
  io: FakeIo;
  app: ScriptedApp;
  ended: Promise<ExitCode>;
}

async function running(terminal: FakeIoOptions["terminal"] = {}): Promise<Running> {
  const io = new FakeIo({ env: { HOME: "/home/u" }, terminal });
  const app = new ScriptedApp();
  app.finishStart();
  const ended = run(io, app);
  await settle();
  return { io, app, ended };
}

Deno.test("run hands the flags, the folders and the log's way out to the daemon", async () => {
  const io = new FakeIo({ env: { HOME: "/home/u", XDG_RUNTIME_DIR: "/run/u" } });
  const app = new ScriptedApp();
  app.finishStart();
  app.finishClose();
  const flags = ["--host", "::1", "--port", "0", "--config", "c.json", "--mode", "fastest", "--log-level", "warn"];
  assertEquals(await run(io, app, ...flags, "--log-format", "json"), ExitCode.done);
  const { paths, overrides, configFile, ...rest } = app.options!;
  assertEquals(overrides, { host: "::1", port: 0, mode: "fastest", logLevel: "warn", logFormat: "json" });
  assertEquals([configFile, paths.controlFile], ["c.json", "/run/u/cloudtolocalllm/control.json"]);
  assertEquals([rest.version, rest.env("HOME")], [version, "/home/u"]);
  rest.writeLog("a line\n");
  assertEquals(io.stderr, "a line\n");
});

Deno.test("run overrides nothing without flags", async () => {
  const app = new ScriptedApp();
  app.finishStart();
  app.finishClose();
  await run(new FakeIo({ env: { HOME: "/home/u" } }), app);
  assertEquals(Object.values(app.options!.overrides).filter((value) => value !== undefined), []);
  assertEquals(app.options!.configFile, undefined);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`run closes the daemon at ${signal}, hurries at the second, and ends at the third`, async () => {
    const { io, app, ended } = await running();
    io.signal(signal);
    io.signal(signal);
    await settle();
    assertEquals(app.graces, [undefined]);
    await io.clock.advance(1_000);
    io.signal(signal);
    io.signal(signal);
    await settle();
    assertEquals([app.graces, io.exits], [[undefined, 0], []]);
    await io.clock.advance(1_000);
    io.signal(signal);
    assertEquals(io.exits, [ExitCode.failed]);
    app.finishClose();
    assertEquals(await ended, ExitCode.done);
    assertEquals([io.signal(signal), io.clock.pending], [false, 0]);
  });
}

Deno.test("run ends 3 s after the second signal, whatever still runs", async () => {
  const { io, app, ended } = await running();
  io.signal("SIGINT");
  await io.clock.advance(5_000);
  io.signal("SIGINT");
  await io.clock.advance(2_999);
  assertEquals(io.exits, []);
  await io.clock.advance(1);
  assertEquals(io.exits, [ExitCode.failed]);
  app.finishClose();
  await ended;
});

Deno.test("run closes the daemon when its terminal goes", async () => {
  for (const stream of ["stdin", "stdout", "stderr"]) {
    const { io, app, ended } = await running({ [stream]: true });
    io.signal("SIGHUP");
    app.finishClose();
    assertEquals([await ended, app.graces, io.signal("SIGHUP")], [ExitCode.done, [undefined], false]);
  }
});

Deno.test("run goes on at SIGHUP where it has no terminal, as under nohup", async () => {
  const { io, app, ended } = await running();
  assertEquals(io.signal("SIGHUP"), true);
  await settle();
  assertEquals(app.graces, []);
  io.signal("SIGTERM");
  app.finishClose();
  assertEquals([await ended, io.signal("SIGHUP")], [ExitCode.done, false]);
});

Deno.test("run closes a daemon that was told to stop while it started", async () => {
  const io = new FakeIo({ env: { HOME: "/home/u" } });
  const app = new ScriptedApp();
  const ended = run(io, app);
  await settle();
  io.signal("SIGTERM");
  app.finishStart();
  app.finishClose();
  assertEquals(await ended, ExitCode.done);
  assertEquals(app.graces, [undefined]);
});

Deno.test("run fails with the reason when the daemon does not start", async () => {
  const io = new FakeIo({ env: { HOME: "/home/u" } });
  const app = new ScriptedApp();
  app.failStart(new Error("Port 11435 is held by pid 7"));
  await assertRejects(() => run(io, app), Error, "Port 11435 is held by pid 7");
  assertEquals(io.signal("SIGINT"), false);
});

const first = "http://127.0.0.1:11435";

/** By another program, or by a broker at `broker`. */
class PortTaken extends Error {
  override readonly name = "AddressInUse";

  constructor(readonly broker?: string) {
    super("Cannot listen on 127.0.0.1:11435");
  }
}

Deno.test("run, when the session's daemon runs already, opens its settings and is done", async () => {
  const io = new FakeIo({ env: { HOME: "/home/u" } });
  const app = new ScriptedApp();
  app.first = first;
  app.failStart(new PortTaken(first));
  assertEquals(await run(io, app), ExitCode.done);
  assertEquals(io.stdout, "CloudToLocalLLM runs already at http://127.0.0.1:11435; its settings are opened\n");
  assertEquals([app.asked, io.signal("SIGINT")], [[first], false]);
});

Deno.test("run --unless-running ends without a word where a broker runs already, and opens nothing", async () => {
  for (const flags of [[], ["--port", "11435"], ["--config", "c.json"]]) {
    const io = new FakeIo({ env: { HOME: "/home/u" } });
    const app = new ScriptedApp();
    app.first = first;
    app.failStart(new PortTaken(first));
    assertEquals(await run(io, app, "--unless-running", ...flags), ExitCode.done);
    assertEquals([io.stdout, io.stderr, app.asked], ["", "", []]);
    assertEquals(app.options!.desktop, { isTheOne: flags.length === 0, givesWayQuietly: true });
  }
});

Deno.test("run fails when another program holds the port, or another daemon was asked for", async () => {
  const failed = async (first: string | undefined, error: Error, ...flags: string[]) => {
    const app = new ScriptedApp();
    app.first = first;
    app.failStart(error);
    const rejected = await assertRejects(() => run(new FakeIo({ env: { HOME: "/home/u" } }), app, ...flags), Error);
    assertEquals(rejected, error);
    return app.asked;
  };
  const taken = new PortTaken(first);
  assertEquals(await failed(undefined, taken), [first]);
  for (const flag of ["--log-level=info", "--unless-running"]) {
    assertEquals(await failed(first, new PortTaken(), flag), []);
    assertEquals(await failed(first, new Error("Cannot load config"), flag), []);
  }
  for (const flag of ["--port=11435", "--host=127.0.0.1", "--config=c.json"]) {
    assertEquals(await failed(first, taken, flag), []);
  }
});

Deno.test("run --config of a file that is not there fails, and starts nothing", async () => {
  const io = new FakeIo({ env: { HOME: "/nowhere", XDG_RUNTIME_DIR: "/nowhere" } });
  assertEquals(await runCommandLine(["run", "--port", "0", "--config", "/nowhere/x.json"], io), ExitCode.failed);
  assertEquals(io.stderr, "Cannot use /nowhere/x.json: there is no such file\n");
});
