import { assertEquals, assertStringIncludes } from "@std/assert";
import { migrateCommand } from "../../../src/cli/migrate_command.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { RunTool, ToolResult } from "../../../src/migration/run_tool.ts";
import { FakeIo } from "../../support/fake_io.ts";
import { MigrationHome } from "../../support/migration/migration_home.ts";
import { oldFileText } from "../../support/migration/old_files.ts";

/** The predecessor in the hands of a test: its socket, its unit and its entry at login; programs of the system are told. */
class OldDaemon implements AsyncDisposable {
  readonly home: MigrationHome;
  readonly calls: string[] = [];
  readonly heard: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;
  /** What systemctl says when it is to switch the unit off. */
  refusal: string | undefined;
  #isActive = true;
  #isRunning = true;

  private constructor(home: MigrationHome) {
    this.home = home;
    this.#serving = this.#serve();
  }

  static async install(): Promise<OldDaemon> {
    const home = await MigrationHome.make(oldFileText({ token: "" }));
    const old = new OldDaemon(home);
    const { port } = old.#listener.addr as Deno.NetAddr;
    await Deno.writeTextFile(`${home.folder}/.cloudtolocalllm/tray_port`, String(port));
    await Deno.mkdir(old.wants, { recursive: true });
    await Deno.writeTextFile(`${home.folder}/.config/systemd/user/cloudtolocalllm-tray.service`, "[Service]\n");
    await Deno.symlink("../cloudtolocalllm-tray.service", `${old.wants}/cloudtolocalllm-tray.service`);
    await Deno.mkdir(`${home.folder}/.config/autostart`);
    await Deno.writeTextFile(
      old.entry,
      "[Desktop Entry]\nType=Application\nName[de]=Alt\nExec=/usr/bin/cloudtolocalllm-tray --debug\n",
    );
    return old;
  }

  get wants(): string {
    return `${this.home.folder}/.config/systemd/user/default.target.wants`;
  }

  get entry(): string {
    return `${this.home.folder}/.config/autostart/cloudtolocalllm-tray.desktop`;
  }

  readonly run: RunTool = async (program, args) => {
    this.calls.push([program, ...args].join(" "));
    const ended = (stdout: string, code = 0): ToolResult => ({ code, stdout, stderr: this.refusal ?? "" });
    if (program === "ps") {
      return ended(this.#isRunning ? "    1 /sbin/init\n 4711 python3 /opt/enhanced_tray_daemon.py --port 0\n" : "");
    }
    if (args.includes("is-active")) return ended(this.#isActive ? "active\n" : "inactive\n");
    if (this.refusal) return ended("", 1);
    await Deno.remove(`${this.wants}/cloudtolocalllm-tray.service`);
    this.#isActive = false;
    return ended("");
  };

  async migrate(
    words: readonly string[],
    { input, isTerminal = false }: { input?: string; isTerminal?: boolean } = {},
  ) {
    const io = new FakeIo({
      env: { ...this.home.env, XDG_CONFIG_DIRS: `${this.home.folder}/none` },
      stdin: input,
      terminal: isTerminal ? { stdin: true, stdout: true } : {},
    });
    Object.assign(io, { clock: systemClock });
    const invocation = { path: ["migrate"], arguments: {}, options: {}, switches: new Set(words) };
    return { code: await migrateCommand({ io, invocation }, { run: this.run }), out: io.stdout };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isRunning) this.#listener.close();
    await this.#serving;
    await this.home[Symbol.asyncDispose]();
  }

  /** It answers PING without an id, and ends at QUIT. */
  async #serve(): Promise<void> {
    try {
      for await (const conn of this.#listener) await this.#answer(conn);
    } catch {
      // It was closed.
    }
  }

  async #answer(conn: Deno.Conn): Promise<void> {
    using _conn = conn;
    const bytes = new Uint8Array(4_096);
    for (
      let count = await conn.read(bytes).catch(() => null);
      count !== null;
      count = await conn.read(bytes).catch(() => null)
    ) {
      for (const line of new TextDecoder().decode(bytes.subarray(0, count)).trim().split("\n")) {
        const { command } = JSON.parse(line);
        this.heard.push(command);
        if (command === "PING") await conn.write(new TextEncoder().encode('{"status": "pong"}\n'));
        if (command !== "QUIT") continue;
        this.#isRunning = false;
        return this.#listener.close();
      }
    }
  }
}

const named = [
  "Its systemd unit cloudtolocalllm-tray.service runs",
  "Its systemd unit cloudtolocalllm-tray.service starts at login",
  "starts it at login",
  "It runs and answers on port ",
  "/opt/enhanced_tray_daemon.py runs (process 4711)",
];

Deno.test("migrate --yes switches off what runs of the predecessor and what starts it, and removes nothing", async () => {
  await using old = await OldDaemon.install();
  const { code, out } = await old.migrate(["yes"]);
  for (const words of named) assertStringIncludes(out, words);
  assertStringIncludes(out, "done  The systemd unit cloudtolocalllm-tray.service is stopped and disabled\n");
  assertStringIncludes(out, `done  The autostart entry ${old.entry} is switched off by Hidden=true in ${old.entry}\n`);
  assertStringIncludes(out, "done  The predecessor has ended\n");
  assertEquals(code, 0);
  assertEquals(old.heard.at(-1), "QUIT");
  assertEquals(
    await Deno.readTextFile(old.entry),
    "[Desktop Entry]\nHidden=true\nType=Application\nName[de]=Alt\nExec=/usr/bin/cloudtolocalllm-tray --debug\n",
  );
  const again = await old.migrate([]);
  assertEquals([again.code, again.out.includes("The predecessor is on this machine")], [0, false]);
});

for (const [answer, isAgreed] of [["y\n", true], ["n\n", false], ["\n", false], ["", false]] as const) {
  Deno.test(`migrate asks at a terminal, and ${JSON.stringify(answer)} ${isAgreed ? "agrees" : "does not"}`, async () => {
    await using old = await OldDaemon.install();
    const { out } = await old.migrate([], { input: answer, isTerminal: true });
    assertStringIncludes(out, "Switch that off? It can be switched on again. [y/N] ");
    assertEquals([out.includes("done  The predecessor has ended"), old.heard.includes("QUIT")], [isAgreed, isAgreed]);
    assertEquals(out.includes("To switch the predecessor off: cloudtolocalllm migrate --yes\n"), !isAgreed);
  });
}

Deno.test("migrate without a terminal and without --yes only says what it would switch off", async () => {
  await using old = await OldDaemon.install();
  const { code, out } = await old.migrate([]);
  assertEquals(code, 0);
  assertStringIncludes(out, "would The systemd unit cloudtolocalllm-tray.service would be stopped and disabled\n");
  assertEquals([out.includes("Switch that off?"), old.heard.includes("QUIT")], [false, false]);
  assertEquals(old.calls.some((call) => call.includes("disable")), false);
});

Deno.test("migrate says what could not be switched off, and how to do it", async () => {
  await using old = await OldDaemon.install();
  old.refusal = "Failed to connect to bus";
  const { code, out } = await old.migrate(["yes"]);
  assertEquals(code, 1);
  const words =
    "left  The systemd unit cloudtolocalllm-tray.service is still on (Failed to connect to bus): try it with: systemctl --user disable --now cloudtolocalllm-tray.service\n";
  assertStringIncludes(out, words);
});

Deno.test("migrate --dry-run changes nothing at all", async () => {
  await using old = await OldDaemon.install();
  await old.home.writeOld(oldFileText(), 0o644);
  const before = await old.home.tree();
  const { out } = await old.migrate(["dry-run", "insecure-file"]);
  assertEquals(await old.home.tree(), before);
  for (
    const what of [
      "readable by you alone",
      "token would be kept in the file",
      "settings would be written",
      "token would be taken out",
    ]
  ) {
    assertStringIncludes(out, what);
  }
  assertEquals(old.heard.includes("QUIT"), false);
});
