import type { Bus } from "../../src/dbus/types.ts";
import { FakeWatcher } from "../support/desktop_fakes/fake_watcher.ts";
import { StrictHost } from "../support/desktop_fakes/strict_host.ts";
import { PrivateBus } from "../support/private_bus.ts";

/** A session with a panel that takes icons. */
export interface BenchDesktop extends AsyncDisposable {
  /** What a daemon needs to be part of it. */
  readonly env: Record<string, string>;
  /** Waits for the icon number `count` since the start, and reads it and its menu as a panel does. */
  shows(count: number): Promise<void>;
}

/** `undefined` where dbus-daemon is not installed. */
export async function startBenchDesktop(): Promise<BenchDesktop | undefined> {
  let bus: PrivateBus;
  try {
    bus = await PrivateBus.start();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const panel: Bus = await bus.connect();
  const watcher = await FakeWatcher.start(panel);
  return {
    env: { ...noDesktop, DBUS_SESSION_BUS_ADDRESS: bus.address },
    async shows(count) {
      const host = await StrictHost.meet(panel, await watcher.registered(count));
      await host.read();
      await host.readMenu();
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/** Keeps a daemon away from the session in which the bench is run. */
export const noDesktop = {
  DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus",
  DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/nonexistent/bus",
  DISPLAY: "",
  WAYLAND_DISPLAY: "",
};
