import { assertEquals, assertMatch } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import { MigrationHome } from "../../tests/support/migration/migration_home.ts";
import { OldDaemon } from "../../tests/support/migration/old_daemon.ts";
import { oldFileText } from "../../tests/support/migration/old_files.ts";
import { findOldLink } from "./old_link.ts";
import { describeActive, findPredecessor } from "./predecessor_traces.ts";
import { toolRunner } from "./run_tool.ts";
import { switchOff, wouldSwitchOff } from "./switch_off.ts";

const clock = systemClock;
const unit = "cloudtolocalllm-tray.service";

/** A machine of its own: a home, and a PATH on which `systemctl` and `ps` are scripts. */
class Machine implements AsyncDisposable {
  readonly home: MigrationHome;
  readonly run = (program: string, args: readonly string[]) =>
    toolRunner({ env: { PATH: `${this.home.folder}/bin:/usr/bin:/bin`, STATE: this.home.folder } })(program, args);
  readonly env = (name: string): string | undefined =>
    ({ HOME: this.home.folder, XDG_CONFIG_DIRS: `${this.home.folder}/xdg` })[name];

  private constructor(home: MigrationHome) {
    this.home = home;
  }

  static async make(): Promise<Machine> {
    const machine = new Machine(await MigrationHome.make(oldFileText()));
    await machine.write("bin/systemctl", systemctl, 0o755);
    await machine.write("bin/ps", '#!/bin/sh\ncat "$STATE/processes" 2>/dev/null\n', 0o755);
    return machine;
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const file = `${this.home.folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text, { mode });
  }

  async addUnit(): Promise<void> {
    await this.write(`.config/systemd/user/${unit}`, "[Service]\nExecStart=/usr/bin/cloudtolocalllm-tray\n");
    await Deno.mkdir(`${this.home.folder}/.config/systemd/user/default.target.wants`, { recursive: true });
    await Deno.symlink(`../${unit}`, `${this.home.folder}/.config/systemd/user/default.target.wants/${unit}`);
    await this.write("active", "");
  }

  async calls(): Promise<string[]> {
    const text = await Deno.readTextFile(`${this.home.folder}/systemctl.calls`).catch(() => "");
    return text.split("\n").filter((line) => line.includes("disable"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
  }
}

/** Knows one unit: it runs as long as the file `active` is there, and is refused with the file `refuses`. */
const systemctl = `#!/bin/sh
echo "$*" >>"$STATE/systemctl.calls"
case "$2" in
is-active) if [ -e "$STATE/active" ]; then echo active; else echo inactive; exit 3; fi ;;
disable)
  if [ -e "$STATE/refuses" ]; then echo "Failed to connect to bus" >&2; exit 1; fi
  rm -f "$STATE/active" "$STATE/.config/systemd/user/default.target.wants/$4" ;;
esac
`;

const steps = (list: { step: string; state: string }[]) => list.map(({ step, state }) => `${step} ${state}`);

Deno.test("findPredecessor() finds nothing where there is nothing but its settings", async () => {
  await using machine = await Machine.make();
  const traces = await findPredecessor(machine.env, machine.run, { clock });
  assertEquals({ ...traces, programs: [] }, {
    unit: null,
    autostart: [],
    link: null,
    processes: [],
    programs: [],
    settings: machine.home.paths.oldFile,
  });
  assertEquals([describeActive(traces), await switchOff(traces, { ...machine, clock })], [[], []]);
});

Deno.test("switchOff() ends all that runs or starts at login, and finds nothing the second time", async () => {
  await using machine = await Machine.make();
  await machine.addUnit();
  await machine.write(".config/autostart/tray.desktop", "[Desktop Entry]\nExec=cloudtolocalllm-tray\n");
  await machine.write(".local/bin/cloudtolocalllm-tray", "#!/bin/sh\n", 0o755);
  await using daemon = await OldDaemon.start(machine.home.folder);
  const traces = await findPredecessor(machine.env, machine.run, { clock });
  assertEquals(describeActive(traces), [
    `Its systemd unit ${unit} runs`,
    `Its systemd unit ${unit} starts at login`,
    `The autostart entry ${machine.home.folder}/.config/autostart/tray.desktop starts it at login`,
    `It runs and answers on port ${daemon.port}`,
  ]);
  assertEquals(traces.programs.includes(`${machine.home.folder}/.local/bin/cloudtolocalllm-tray`), true);
  assertEquals(steps(wouldSwitchOff(traces)), ["unit would", "autostart would", "process would"]);
  assertEquals([await machine.calls(), daemon.isRunning], [[], true]);
  assertEquals(steps(await switchOff(traces, { ...machine, clock })), ["unit done", "autostart done", "process done"]);
  assertEquals(await machine.calls(), [`--user disable --now ${unit}`]);
  assertEquals([daemon.isRunning, daemon.commands.at(-1)], [false, "QUIT"]);
  const after = await findPredecessor(machine.env, machine.run, { clock });
  assertEquals(describeActive(after), []);
});

Deno.test("switchOff() says what it could not end, and how to", async () => {
  await using machine = await Machine.make();
  await machine.addUnit();
  await machine.write("refuses", "");
  await machine.write("processes", "  4242 /usr/bin/cloudtolocalllm-tray --daemon\n");
  const traces = await findPredecessor(machine.env, machine.run, { clock });
  const told = await switchOff(traces, { ...machine, clock });
  assertEquals(steps(told), ["unit left", "process left"]);
  assertMatch(told[0].text, /still on \(Failed to connect to bus\): try it with: systemctl --user disable --now/);
  assertMatch(told[1].text, /still runs; end it with: kill 4242$/);
});

Deno.test("findOldLink() takes neither our own app link nor anything else for the predecessor", async () => {
  await using machine = await Machine.make();
  {
    await using ours = await OldDaemon.start(machine.home.folder, { echoesIds: true });
    assertEquals(await findOldLink(machine.env, { clock }), null);
    assertEquals(ours.commands, ["PING"]);
  }
  // Its port file is left, as after a crash.
  assertEquals(await findOldLink(machine.env, { clock }), null);
  for (const text of ["", "0", "70000", "x", "1\n2"]) {
    await machine.write(".cloudtolocalllm/tray_port", text);
    assertEquals(await findOldLink(machine.env, { clock }), null);
  }
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("pong"));
  await machine.write(".cloudtolocalllm/tray_port", String(server.addr.port));
  assertEquals(await findOldLink(machine.env, { clock }), null);
});
