import type { Clock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { sessionBusAddress } from "../../dbus/address.ts";
import { connectBus } from "../../dbus/connect.ts";
import type { Bus } from "../../dbus/types.ts";
import { openWithDesktop } from "./open_with_desktop.ts";

export interface OpenAddressOptions {
  env: (name: string) => string | undefined;
  clock: Clock;
  /** For what is started, beside our own environment. */
  childEnv?: Record<string, string>;
}

/**
 * Opens a web address in the user's browser, for a program that has no connection to the session's bus: by the portal
 * where there is one, else by xdg-open. Throws the reason when there is no display, or neither can.
 */
export async function openAddress(address: string, { env, clock, childEnv }: OpenAddressOptions): Promise<void> {
  // Without one xdg-open would start a browser for the terminal, in the place of the command.
  if (!env("DISPLAY") && !env("WAYLAND_DISPLAY")) throw new Error("There is no display here");
  const activationToken = env("XDG_ACTIVATION_TOKEN");
  using bus = await sessionBus({ env, clock });
  await openWithDesktop(address, { bus, clock, log: silentLog, activationToken, childEnv });
}

async function sessionBus(
  { env, clock }: Pick<OpenAddressOptions, "env" | "clock">,
): Promise<(Bus & Disposable) | undefined> {
  const address = sessionBusAddress(env);
  if (address === undefined) return undefined;
  try {
    return await connectBus(address, { clock });
  } catch {
    return undefined;
  }
}
