import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Bus } from "../../dbus/types.ts";
import { absentKeyring } from "./keyring_error.ts";

/** Connects to the bus on which keyrings are. Rejects with a `SecretError` `no_keyring`, or the signal's reason. */
export type ConnectKeyring = (signal?: AbortSignal) => Promise<Bus>;

/** To the session's bus; what talks to buses is loaded only where there is one. */
export function sessionKeyring(
  { env, clock }: { env: (name: string) => string | undefined; clock: Clock },
): ConnectKeyring {
  return async (signal) => {
    const { sessionBusAddress } = await import("../../dbus/address.ts");
    const address = sessionBusAddress(env);
    if (address === undefined) throw absentKeyring("this session has no message bus");
    try {
      const { connectBus } = await import("../../dbus/connect.ts");
      return await connectBus(address, { clock, signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw absentKeyring(`the session's message bus cannot be reached (${messageOf(error)})`, error);
    }
  };
}
