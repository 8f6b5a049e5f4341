import { assertEquals } from "@std/assert";
import { dbusmockTest, MockService } from "../../../tests/support/dbusmock.ts";
import { upower } from "../../../tests/support/fake_service.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { watchedSurroundings } from "../../../tests/support/watched_surroundings.ts";
import { variant } from "../../dbus/variant.ts";
import { createBatteryWatch } from "./battery_watch.ts";

dbusmockTest("the battery watch follows UPower as python-dbusmock plays it", async () => {
  await using bus = await PrivateBus.start();
  await watchedSurroundings(bus, createBatteryWatch, async (until) => {
    await using mock = await MockService.start(bus, { ...upower, template: "upower" });
    const set = (onBattery: boolean) =>
      mock.call("UpdateProperties", "sa{sv}", [upower.interface, [["OnBattery", variant("b", onBattery)]]]);
    await set(true);
    await until({ isOnBattery: true });
    await set(false);
    await until({ isOnBattery: false });
    await set(true);
    await until({ isOnBattery: true });
    await mock[Symbol.asyncDispose]();
    await until({ isOnBattery: false });
  });
});

Deno.test({ name: "the battery watch starts no UPower", ignore: isBusMissing, fn: startsNone });

async function startsNone(): Promise<void> {
  const folder = await Deno.makeTempDir();
  const services = { [upower.service]: `/bin/sh -c 'touch ${folder}/started'` };
  await using bus = await PrivateBus.start({ services });
  const connection = await bus.connect();
  await watchedSurroundings(bus, createBatteryWatch, async () => {
    const watching = Promise.withResolvers<void>();
    await connection.watchName(upower.service, () => watching.resolve());
    await watching.promise;
  });
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
}
