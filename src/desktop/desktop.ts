import { type Service, supervise } from "../core/supervise.ts";
import { sessionBusAddress, systemBusAddress } from "../dbus/address.ts";
import { createActions } from "./actions/actions.ts";
import { createBatteryWatch } from "./session/battery_watch.ts";
import { BusLink } from "./bus_link.ts";
import type { DesktopContext } from "./context.ts";
import { createDaemonObject } from "./daemon_object/daemon_object.ts";
import { Mute } from "./notifications/mute.ts";
import { createNetworkWatch } from "./session/network_watch.ts";
import { createNotifier } from "./notifications/notifier.ts";
import { Role, whilePrimary } from "./daemon_object/role.ts";
import { createSleepWatch } from "./session/sleep_watch.ts";
import { createTray } from "./tray/tray.ts";

/** Runs everything that the daemon is on the desktop, until `signal` aborts. Each part fails and starts again alone. */
export async function runDesktop(context: DesktopContext, signal: AbortSignal): Promise<void> {
  const { log, clock, env, reportPart: report } = context;
  const session = new BusLink({ name: "session", address: sessionBusAddress(env), clock, log, report });
  const system = new BusLink({ name: "system", address: systemBusAddress(env), clock, log, report });
  const mute = new Mute(context);
  const perform = createActions(context, { link: session, mute, signal });
  // A session wants one icon and one voice, also where several daemons run in it.
  const role = new Role();
  const services: Service[] = [
    createDaemonObject(context, { link: session, perform, role }),
    whilePrimary(role, createTray(context, { link: session, perform, mute }), report),
    whilePrimary(role, createNotifier(context, { link: session, perform, mute }), report),
    createSleepWatch(context, { link: system }),
    createNetworkWatch(context, { link: system }),
    createBatteryWatch(context, { link: system }),
  ];
  // The connections outlive what works with them: the last words are sent through them.
  const links = new AbortController();
  const linked = supervise([session, system], { signal: links.signal, log, clock });
  try {
    await supervise(services, { signal, log, clock, report });
  } finally {
    links.abort(new Error("The desktop's services have ended"));
    await linked;
  }
}
