import { assertEquals } from "@std/assert";
import { BusScene, roundTripsUntil } from "../../tests/support/bus_scene.ts";
import { isBusMissing, PrivateBus } from "../../tests/support/private_bus.ts";
import { systemClock } from "../core/clock.ts";
import { daemonName } from "./daemon_names.ts";
import { createDaemonObject } from "./daemon_object.ts";
import { openSettingsOfFirst } from "./open_settings_of_first.ts";
import { Role } from "./role.ts";

const ignore = isBusMissing;
const clock = systemClock;

function ask(address: string | undefined, port: number): Promise<string | undefined> {
  const env: Record<string, string | undefined> = { DBUS_SESSION_BUS_ADDRESS: address, XDG_ACTIVATION_TOKEN: "click" };
  return openSettingsOfFirst((name) => env[name], { port, clock });
}

Deno.test({ name: "openSettingsOfFirst() opens those of the daemon on the port, with our token", ignore }, async () => {
  await using desktop = await BusScene.start({ address: "http://[::1]:4000" });
  const role = new Role();
  desktop.run(createDaemonObject(desktop.context, { link: desktop.link, perform: desktop.perform, role }));
  await roundTripsUntil("the daemon owns the name", await desktop.bus.connect(), () => role.isPrimary);
  assertEquals(await ask(desktop.bus.address, 4001), undefined);
  assertEquals(desktop.performed, []);
  assertEquals(await ask(desktop.bus.address, 4000), "http://[::1]:4000");
  assertEquals(desktop.performed, [[{ do: "open_settings" }, { activationToken: "click" }]]);
});

Deno.test(
  { name: "openSettingsOfFirst() finds nobody without a bus, a daemon, or one that speaks so", ignore },
  async () => {
    assertEquals(await ask(undefined, 4000), undefined);
    assertEquals(await ask("unix:path=/nowhere/bus", 4000), undefined);
    assertEquals(await ask("nonsense", 4000), undefined);
    await using bus = await PrivateBus.start();
    assertEquals(await ask(bus.address, 4000), undefined);
    await (await bus.connect()).requestName(daemonName);
    assertEquals(await ask(bus.address, 4000), undefined);
  },
);
