import { type Service, supervise } from "../core/supervise.ts";
import type { DesktopContext } from "./context.ts";

/** Runs everything that the daemon is on the desktop, until `signal` aborts. Each part fails and starts again alone. */
export async function runDesktop(context: DesktopContext, signal: AbortSignal): Promise<void> {
  const { log, clock } = context;
  const services: Service[] = [];
  await supervise(services, { signal, log, clock });
}
