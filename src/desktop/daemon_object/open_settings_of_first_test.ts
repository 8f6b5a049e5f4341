import { assertEquals } from "@std/assert";
import { BusScene, roundTripsUntil } from "../../../tests/support/bus_scene.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { serveHealth } from "../../../tests/support/health_server.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { daemonName } from "./daemon_names.ts";
import { createDaemonObject } from "./daemon_object.ts";
import { openSettingsOfFirst } from "./open_settings_of_first.ts";
import { Role } from "./role.ts";

const ignore = isBusMissing;

function ask(bus: string | undefined, broker: string, clock: Clock = systemClock): Promise<string | undefined> {
  const env: Record<string, string | undefined> = { DBUS_SESSION_BUS_ADDRESS: bus, XDG_ACTIVATION_TOKEN: "click" };
  return openSettingsOfFirst((name) => env[name], { broker, clock });
}

/** A daemon that calls itself reachable at `address`, about to take the name. */
async function daemonAt(address: string): Promise<{ desktop: BusScene; hasName: () => Promise<void> }> {
  const desktop = await BusScene.start({ address });
  const role = new Role();
  const hasName = async () => {
    desktop.run(createDaemonObject(desktop.context, { link: desktop.link, perform: desktop.perform, role }));
    await roundTripsUntil("the daemon owns the name", await desktop.bus.connect(), () => role.isPrimary);
  };
  return { desktop, hasName };
}

Deno.test({ name: "openSettingsOfFirst() opens those of the daemon on the port, with our token", ignore }, async () => {
  const { desktop, hasName } = await daemonAt("http://[::1]:4000/");
  await using scene = desktop;
  await hasName();
  assertEquals(await ask(scene.bus.address, "http://[::1]:4001"), undefined);
  assertEquals(scene.performed, []);
  assertEquals(await ask(scene.bus.address, "http://[::1]:4000"), "http://[::1]:4000");
  assertEquals(scene.performed, [[{ do: "open_settings" }, { activationToken: "click" }]]);
});

Deno.test({ name: "openSettingsOfFirst() knows a daemon by its other addresses, if it is one", ignore }, async () => {
  await using server = serveHealth();
  const { port } = server.addr;
  const { desktop, hasName } = await daemonAt(`http://127.0.0.1:${port}`);
  await using scene = desktop;
  await hasName();
  assertEquals(await ask(scene.bus.address, `http://localhost:${port}`), `http://127.0.0.1:${port}`);
  await server.shutdown();
  assertEquals(await ask(scene.bus.address, `http://localhost:${port}`), undefined);
  assertEquals(scene.performed.length, 1);
});

for (const address of ["http://evil.example:4000", "http://127.0.0.1:4000/\u001b[2Jrun this", "file:///x"]) {
  Deno.test({ name: `openSettingsOfFirst() does not repeat ${JSON.stringify(address)}`, ignore }, async () => {
    const { desktop, hasName } = await daemonAt(address.startsWith("http") ? address : "http://127.0.0.1:1");
    await using scene = desktop;
    await hasName();
    assertEquals(await ask(scene.bus.address, "http://127.0.0.1:4000"), undefined);
    assertEquals(scene.performed, []);
  });
}

Deno.test({ name: "openSettingsOfFirst() waits for a daemon that has no name yet", ignore }, async () => {
  const { desktop, hasName } = await daemonAt("http://127.0.0.1:4000");
  await using scene = desktop;
  const clock = new FakeClock();
  const asked = ask(scene.bus.address, "http://127.0.0.1:4000", clock);
  await isWaiting(scene.bus, clock);
  await hasName();
  assertEquals(await asked, "http://127.0.0.1:4000");
  assertEquals(clock.pending, 0);
});

async function isWaiting(bus: PrivateBus, clock: FakeClock): Promise<void> {
  await roundTripsUntil("the name is waited for", await bus.connect(), () => clock.nextDueMs === 3_000);
}

Deno.test(
  { name: "openSettingsOfFirst() finds nobody without a bus, a daemon, or one that speaks so", ignore },
  async () => {
    const broker = "http://127.0.0.1:4000";
    assertEquals(await ask(undefined, broker), undefined);
    assertEquals(await ask("unix:path=/nowhere/bus", broker), undefined);
    assertEquals(await ask("nonsense", broker), undefined);
    await using bus = await PrivateBus.start();
    const clock = new FakeClock();
    const asked = ask(bus.address, broker, clock);
    await isWaiting(bus, clock);
    await clock.advance(3_000);
    assertEquals([await asked, clock.pending], [undefined, 0]);
    await (await bus.connect()).requestName(daemonName);
    assertEquals(await ask(bus.address, broker), undefined);
  },
);
