import { brokerVersionAt } from "../../core/broker_at.ts";
import { isLoopback } from "../../core/loopback.ts";
import { type Bus, BusError } from "../../dbus/types.ts";
import { daemonInterface, daemonName, daemonPath } from "./daemon_names.ts";
import { plainOrigin } from "./plain_origin.ts";

/** Who owns the name, by its own words: any program of the session can take it. */
export interface FirstInstance {
  /** Such as `http://127.0.0.1:11435`. */
  address: string;
  /** It was started beside the session's own daemon, and does not stand in for it. */
  isBeside: boolean;
}

const timeoutMs = 5_000;

/** Who owns the daemon's name now; `undefined`: nobody, or nobody who speaks as we do. Starts nothing. */
export async function findFirstInstance(bus: Bus): Promise<FirstInstance | undefined> {
  try {
    const [all] = await bus.call({
      destination: daemonName,
      path: daemonPath,
      interface: "org.freedesktop.DBus.Properties",
      member: "GetAll",
      signature: "s",
      body: [daemonInterface],
    }, { timeoutMs });
    const { Address: address, Beside } = all as Record<string, unknown>;
    const origin = typeof address === "string" ? plainOrigin(address) : undefined;
    return origin === undefined ? undefined : { address: origin, isBeside: Beside === true };
  } catch (error) {
    if (error instanceof BusError) return undefined;
    throw error;
  }
}

/** Whether a broker of ours answers at an origin on this machine, as whoever owns the name claims. */
export async function isBrokerAt(origin: string): Promise<boolean> {
  return isLoopback(new URL(origin).hostname) && await brokerVersionAt(origin) !== undefined;
}

/** The port of an origin of plain HTTP. */
export function portOf(origin: string): number {
  return Number(new URL(origin).port || "80");
}

/** Lets the owner of the name open its settings; `false`: it did not take that. */
export async function openSettingsThere(bus: Bus, activationToken: string): Promise<boolean> {
  try {
    await bus.call({
      destination: daemonName,
      path: daemonPath,
      interface: daemonInterface,
      member: "OpenSettings",
      signature: "s",
      body: [activationToken],
    }, { timeoutMs });
    return true;
  } catch (error) {
    if (error instanceof BusError) return false;
    throw error;
  }
}

/**
 * What the desktop gave this process so that a window may come to the front; "" where it gave nothing, or where we may
 * not look: nobody is asked for a permission because of it.
 */
export function ownActivationToken(env: (name: string) => string | undefined): string {
  const variable = "XDG_ACTIVATION_TOKEN";
  const isAllowed = Deno.permissions.querySync({ name: "env", variable }).state === "granted";
  return isAllowed ? env(variable) ?? "" : "";
}
