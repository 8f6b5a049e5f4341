import { LinkedAbort } from "../../core/abort.ts";
import { type Clock, sleep } from "../../core/clock.ts";
import { restartPauseMs } from "../../core/supervise.ts";
import { untilAborted } from "../../core/until_aborted.ts";
import type { Bus } from "../../dbus/types.ts";
import type { ConnectKeyring } from "./connect_keyring.ts";
import { collectionInterface, propertiesInterface, serviceInterface, serviceName } from "./names.ts";

/**
 * Calls `onChange` when a keyring comes, goes, is unlocked or gets another secret, until `signal` aborts. Holds a bus
 * connection as long as that; without a bus it tries again, more and more rarely. It starts no keyring and asks it
 * nothing. Never rejects.
 */
export async function watchKeyring(
  { connect, clock, signal }: { connect: ConnectKeyring; clock: Clock; signal: AbortSignal },
  onChange: () => void,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      using bus = await connect(signal);
      await follow(bus, onChange);
      failures = 0;
      using either = new LinkedAbort(signal, bus.closed);
      await untilAborted(either.signal);
    } catch {
      // Whoever needs a secret is told why there is none by the one who asked for it.
    }
    if (!signal.aborted) await sleep(restartPauseMs(Math.max(1, failures), 1), { clock, signal }).catch(() => {});
  }
}

async function follow(bus: Bus, onChange: () => void): Promise<void> {
  const rules = [
    { interface: serviceInterface },
    { interface: collectionInterface },
    { interface: propertiesInterface, member: "PropertiesChanged" },
  ];
  for (const rule of rules) await bus.watch({ sender: serviceName, ...rule }, onChange);
  // Told once at the beginning as well: what changed before the watch is not missed.
  await bus.watchName(serviceName, onChange);
}
