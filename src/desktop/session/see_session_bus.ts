import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { sessionBusAddress } from "../../dbus/address.ts";
import { busCall } from "../../dbus/bus_calls.ts";
import { connectBus } from "../../dbus/connect.ts";

/** The session's bus, and the names that programs have on it. */
export type SessionBusSight =
  | { kind: "none" }
  | { kind: "unreachable"; address: string; reason: string }
  | { kind: "there"; address: string; names: readonly string[] };

/**
 * Looks at the session's bus once. Where no address is given there may be a session or not: that nothing answers at the
 * usual place means that there is none. Never rejects.
 */
export async function seeSessionBus(
  { env, clock }: { env: (name: string) => string | undefined; clock: Clock },
): Promise<SessionBusSight> {
  const address = sessionBusAddress(env);
  if (address === undefined) return { kind: "none" };
  try {
    using bus = await connectBus(address, { clock });
    const [names] = await bus.call(busCall("ListNames"));
    return { kind: "there", address, names: names as string[] };
  } catch (error) {
    const isGiven = Boolean(env("DBUS_SESSION_BUS_ADDRESS"));
    return isGiven ? { kind: "unreachable", address, reason: messageOf(error) } : { kind: "none" };
  }
}
