import type { Service } from "../../core/supervise.ts";
import { type BusLink, eachConnection } from "../bus_link.ts";
import type { DesktopContext } from "../context.ts";
import { followProperties, type Properties } from "./service_properties.ts";

const upower = {
  service: "org.freedesktop.UPower",
  path: "/org/freedesktop/UPower",
  interface: "org.freedesktop.UPower",
};

/** Follows UPower, where it runs; it is not started for this, for desktops with a battery start it themselves. */
export function createBatteryWatch({ log, seeSurroundings }: DesktopContext, { link }: { link: BusLink }): Service {
  const onProperties = (properties: Properties | undefined) =>
    seeSurroundings({ isOnBattery: properties?.OnBattery === true });
  return {
    name: "battery",
    run: (signal) =>
      eachConnection(link, signal, (bus, signal) => followProperties(bus, upower, { signal, log, onProperties })),
  };
}
