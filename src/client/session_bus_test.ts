import { assertEquals, assertRejects } from "@std/assert";
import { daemonInterface, daemonName, daemonPath } from "../desktop/daemon_object/daemon_names.ts";
import { FakeSystem } from "../../tests/support/fake_web.ts";
import { SessionBus } from "./session_bus.ts";

const get = "org.freedesktop.DBus.Properties";

Deno.test("SessionBus asks with busctl, which starts nothing", async () => {
  const system = new FakeSystem({
    programs: { "busctl NameHasOwner": "b true\n", "busctl Get Address": 'v s "http://127.0.0.1:4711"\n' },
  });
  assertEquals(await new SessionBus(system).address(2_000), "http://127.0.0.1:4711");
  const options = "busctl --user --auto-start=no --timeout=2 call";
  assertEquals(system.ran, [
    `${options} org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus NameHasOwner s ${daemonName}`,
    `${options} ${daemonName} ${daemonPath} ${get} Get ss ${daemonInterface} Address`,
  ]);
});

Deno.test("SessionBus asks with gdbus where there is no busctl, and only who is there", async () => {
  const system = new FakeSystem({
    programs: { "gdbus NameHasOwner": "(true,)\n", "gdbus Get Address": "(<'http://127.0.0.1:4711'>,)\n" },
  });
  assertEquals(await new SessionBus(system).address(1_500), "http://127.0.0.1:4711");
  assertEquals(
    system.ran.at(-1),
    `gdbus call --session --timeout 2 --dest ${daemonName} --object-path ${daemonPath} --method ${get}.Get '${daemonInterface}' 'Address'`,
  );
  const alone = new FakeSystem({ programs: { "gdbus NameHasOwner": "(false,)\n" } });
  await assertRejects(() => new SessionBus(alone).address(1_000), Error, "no daemon is on the session's bus");
  assertEquals(alone.ran.length, 2);
});

Deno.test("SessionBus has a daemon started and its settings opened by name", async () => {
  const system = new FakeSystem({
    programs: { "busctl NameHasOwner": "b true\n", "busctl StartServiceByName": "u 1\n", "busctl OpenSettings": "" },
  });
  const bus = new SessionBus(system);
  assertEquals([await bus.start(1_000), await bus.openSettings(1_000)], [true, true]);
  assertEquals(system.ran[0].split(" call ")[1].split(" ").slice(3), ["StartServiceByName", "su", daemonName, "0"]);
  assertEquals(system.ran.at(-1)?.endsWith(`${daemonInterface} OpenSettings s `), true);
  const none = new SessionBus(new FakeSystem());
  assertEquals([await none.start(1_000), await none.openSettings(1_000)], [false, false]);
});
