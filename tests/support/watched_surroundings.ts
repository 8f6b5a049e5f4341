import { assertEquals } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Service } from "../../src/core/supervise.ts";
import { BusLink } from "../../src/desktop/bus_link.ts";
import type { DesktopContext } from "../../src/desktop/context.ts";
import type { Surroundings } from "../../src/state/app_state.ts";
import { DesktopScene } from "./desktop_context.ts";
import { inTime } from "./in_time.ts";
import type { PrivateBus } from "./private_bus.ts";

/** Runs a watch over a private bus; `until` waits for what it sees. In the end nothing is known any more. */
export async function watchedSurroundings(
  bus: PrivateBus,
  create: (context: DesktopContext, parts: { link: BusLink }) => Service,
  body: (until: (wanted: Partial<Surroundings>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const desktop = new DesktopScene();
  const link = new BusLink({ name: "system", address: bus.address, clock: systemClock, log: silentLog });
  const stop = new AbortController();
  const running = Promise.all([link, create(desktop.context, { link })].map((service) => service.run(stop.signal)));
  const until = (wanted: Partial<Surroundings>) => {
    const isSeen = () => {
      const { surroundings } = desktop.store.state;
      return Object.entries(wanted).every(([key, value]) => surroundings[key as keyof Surroundings] === value);
    };
    const seen = Promise.withResolvers<void>();
    const look = () => isSeen() && seen.resolve();
    const unsubscribe = desktop.store.subscribe(look);
    look();
    return inTime(JSON.stringify(wanted), seen.promise).finally(unsubscribe);
  };
  try {
    await body(until);
  } finally {
    stop.abort();
    await running;
  }
  assertEquals(desktop.store.state.surroundings, { network: "unknown", isMetered: false, isOnBattery: false });
}
