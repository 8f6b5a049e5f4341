import type { Service } from "../../core/supervise.ts";
import type { Surroundings } from "../../state/app_state.ts";
import { type BusLink, eachConnection } from "../bus_link.ts";
import type { DesktopContext } from "../context.ts";
import { followProperties, type Properties } from "./service_properties.ts";

const networkManager = {
  service: "org.freedesktop.NetworkManager",
  path: "/org/freedesktop/NetworkManager",
  interface: "org.freedesktop.NetworkManager",
};

/** NMConnectivityState: unknown is 0, limited 3. */
const connectivities: Record<number, Surroundings["network"]> = {
  1: "offline",
  2: "portal",
  3: "unknown",
  4: "online",
};

/** NMState asleep and disconnected; connected to a site, and to the world. What is in between passes. */
const states: Record<number, Surroundings["network"]> = { 10: "offline", 20: "offline", 60: "online", 70: "online" };

/** NMMetered yes and guess-yes. */
const meteredValues: readonly unknown[] = [1, 3];

/**
 * What NetworkManager's properties say of the network. Its state counts only where it checks no connectivity. A machine
 * whose network something else manages is "disconnected" for ever: health checks know better (src/health/transitions.ts).
 */
export function networkOf(properties: Properties | undefined): Pick<Surroundings, "network" | "isMetered"> {
  const { Connectivity, State, Metered } = properties ?? {};
  const network = connectivities[Number(Connectivity)] ?? states[Number(State)] ?? "unknown";
  return { network, isMetered: meteredValues.includes(Metered) };
}

/** Follows NetworkManager, where there is one. */
export function createNetworkWatch({ log, seeSurroundings }: DesktopContext, { link }: { link: BusLink }): Service {
  const onProperties = (properties: Properties | undefined) => seeSurroundings(networkOf(properties));
  return {
    name: "network",
    run: (signal) =>
      eachConnection(
        link,
        signal,
        (bus, signal) => followProperties(bus, networkManager, { signal, log, onProperties }),
      ),
  };
}
