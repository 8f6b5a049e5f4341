import { assertEquals } from "@std/assert";
import { FakeOpenPortal } from "../../tests/support/desktop_fakes/fake_open_portal.ts";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { isBusMissing, PrivateBus } from "../../tests/support/private_bus.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

const url = "http://127.0.0.1:11435/settings/enter?key=abc";
const routes = { "POST /control/v1/login-link": () => Response.json({ url, expiresInMs: 60_000 }) };

Deno.test("settings --print prints the link alone on its line, and opens nothing", async () => {
  await using daemon = await FakeDaemon.start(routes);
  const io = new FakeIo({ env: { ...daemon.env, DISPLAY: ":9" } });
  assertEquals(await runCommandLine(["settings", "--print"], io), ExitCode.done);
  assertEquals([io.stdout, io.stderr], [`${url}\n`, ""]);
  assertEquals(daemon.requests.map(({ method, path, authorization }) => [method, path, authorization]), [
    ["POST", "/control/v1/login-link", `Bearer ${daemon.token}`],
  ]);
});

Deno.test({
  name: "settings opens the page and says where it is, without the key of the link",
  ignore: isBusMissing,
  async fn() {
    await using daemon = await FakeDaemon.start(routes);
    await using server = await PrivateBus.start();
    const portal = await FakeOpenPortal.start(await server.connect(), { code: 0 });
    const io = new FakeIo({ env: { ...daemon.env, DISPLAY: ":9", DBUS_SESSION_BUS_ADDRESS: server.address } });
    assertEquals(await runCommandLine(["settings"], io), ExitCode.done);
    const said = `The settings are opened in your browser: ${daemon.url}/settings\n`;
    assertEquals([io.stdout, io.stderr, portal.calls.map(({ uri }) => uri)], ["", said, [url]]);
  },
});

Deno.test("settings prints the link where there is no display", async () => {
  await using daemon = await FakeDaemon.start(routes);
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["settings"], io), ExitCode.done);
  const said = "There is no display here. Open this link yourself, within a minute:\n";
  assertEquals([io.stdout, io.stderr], [`${url}\n`, said]);
});

Deno.test("settings says so where no daemon runs, and where it makes no link", async () => {
  const nobody = new FakeIo({ env: { HOME: "/nowhere", XDG_RUNTIME_DIR: "/nowhere" } });
  assertEquals(await runCommandLine(["settings"], nobody), ExitCode.notRunning);
  assertEquals(nobody.stderr, "The daemon is not running\nStart it with: cloudtolocalllm start\n");
  await using daemon = await FakeDaemon.start({});
  const io = new FakeIo({ env: { ...daemon.env, DISPLAY: ":9" } });
  assertEquals(await runCommandLine(["settings"], io), ExitCode.failed);
  assertEquals([io.stdout, io.stderr.includes("refuses")], ["", true]);
});

Deno.test("settings is in the help and in the completions, with its switch", async () => {
  const printed = async (...args: string[]) => {
    const io = new FakeIo();
    assertEquals(await runCommandLine(args, io), ExitCode.done);
    return io.stdout;
  };
  assertEquals(/^ +settings +Open the settings page in your browser$/m.test(await printed("--help")), true);
  assertEquals(/--print +Print the link and open nothing/.test(await printed("settings", "--help")), true);
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await printed("completions", shell);
    assertEquals([script.includes("settings"), script.includes("print")], [true, true], shell);
  }
});
