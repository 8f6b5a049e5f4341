import type { Clock } from "../../core/clock.ts";
import { sessionBusAddress } from "../../dbus/address.ts";
import { connectBus } from "../../dbus/connect.ts";
import type { Bus } from "../../dbus/types.ts";
import { daemonName } from "./daemon_names.ts";
import { findFirstInstance, isBrokerAt, openSettingsThere, ownActivationToken, portOf } from "./first_instance.ts";

/** A daemon takes its name a moment after its port: patience with one that was started together with us, in ms. */
const nameWithinMs = 3_000;

/**
 * Lets the session's daemon open its settings, when it is the broker at the origin `broker`; gives its address.
 * `undefined`: there is no bus, no such daemon, or it did not take that. Never rejects.
 */
export async function openSettingsOfFirst(
  env: (name: string) => string | undefined,
  { broker, clock }: { broker: string; clock: Clock },
): Promise<string | undefined> {
  const busAddress = sessionBusAddress(env);
  if (busAddress === undefined) return undefined;
  try {
    using bus = await connectBus(busAddress, { clock });
    if (!await isNameTaken(bus, clock)) return undefined;
    const first = await findFirstInstance(bus);
    if (!first || !await isSame(first.address, broker)) return undefined;
    return await openSettingsThere(bus, ownActivationToken(env)) ? first.address : undefined;
  } catch {
    return undefined;
  }
}

/** Waits for the name for a while. */
async function isNameTaken(bus: Bus, clock: Clock): Promise<boolean> {
  const taken = Promise.withResolvers<boolean>();
  using stops = new DisposableStack();
  stops.defer(clock.after(nameWithinMs, () => taken.resolve(false)));
  bus.closed.addEventListener("abort", () => taken.resolve(false), { once: true });
  stops.defer(await bus.watchName(daemonName, (owner) => owner && taken.resolve(true)));
  return await taken.promise;
}

/** One broker has several addresses, such as those of both versions of IP. */
async function isSame(claimed: string, broker: string): Promise<boolean> {
  return claimed === broker || (portOf(claimed) === portOf(broker) && await isBrokerAt(claimed));
}
