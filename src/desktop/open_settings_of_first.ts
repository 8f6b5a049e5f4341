import type { Clock } from "../core/clock.ts";
import { sessionBusAddress } from "../dbus/address.ts";
import { connectBus } from "../dbus/connect.ts";
import { findFirstInstance, openSettingsThere, ownActivationToken } from "./first_instance.ts";

/**
 * Lets the session's daemon open its settings, when it is the one that listens on `port`; gives its address.
 * `undefined`: there is no bus, no such daemon, or it did not take that. Never rejects.
 */
export async function openSettingsOfFirst(
  env: (name: string) => string | undefined,
  { port, clock }: { port: number; clock: Clock },
): Promise<string | undefined> {
  const busAddress = sessionBusAddress(env);
  if (busAddress === undefined) return undefined;
  try {
    using bus = await connectBus(busAddress, { clock });
    const first = await findFirstInstance(bus);
    if (!first || portOf(first.address) !== port) return undefined;
    return await openSettingsThere(bus, ownActivationToken(env)) ? first.address : undefined;
  } catch {
    return undefined;
  }
}

function portOf(address: string): number | undefined {
  const url = URL.parse(address);
  return url ? Number(url.port || "80") : undefined;
}
