import type { ConfigStore } from "../config/config_store.ts";
import type { StatusReport } from "../state/status.ts";
import type { Broker } from "./broker.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

/** Time for what comes after the running answers, in ms. */
const stopMarginMs = 10_000;

export interface ServiceNotifyParts {
  ground: Ground;
  configStore: ConfigStore;
  broker: Pick<Broker, "store">;
  status: () => StatusReport;
  /** Aborted when the daemon begins to stop. */
  stopping: AbortSignal;
}

/**
 * Reports to the service manager that started us, if one did: ready, what answers, that we live, and that we stop. To
 * be called once programs are served.
 */
export async function notifyService(
  options: DaemonOptions,
  { ground: { clock, log }, configStore, broker: { store }, status, stopping }: ServiceNotifyParts,
): Promise<Disposable | undefined> {
  const { env, paths: { runtimeDir } } = options;
  if (env("LISTEN_FDS")) log.warn("A socket of the service manager is not taken over: this program opens its own");
  if (!env("NOTIFY_SOCKET")) return undefined;
  const { ServiceNotifier } = await import("../service/notify/service_notifier.ts");
  const notifier = await ServiceNotifier.open({ env, runtimeDir, clock, log });
  if (!notifier) return undefined;
  using stops = new DisposableStack();
  stops.use(notifier);
  let told = statusLine(status());
  await notifier.say({ READY: "1", STATUS: told });
  stops.defer(store.subscribe(() => {
    const line = statusLine(status());
    if (line === told || stopping.aborted) return;
    told = line;
    void notifier.say({ STATUS: line });
  }));
  const stop = () => {
    const usec = (configStore.config.shutdownGraceMs + stopMarginMs) * 1_000;
    void notifier.say({ STOPPING: "1", STATUS: "Stopping", EXTEND_TIMEOUT_USEC: String(usec) });
  };
  stopping.addEventListener("abort", stop, { once: true });
  stops.defer(() => stopping.removeEventListener("abort", stop));
  return stops.move();
}

/** What `systemctl status` shows. */
function statusLine({ state, active, listen, mode }: StatusReport): string {
  const answers = active === null ? "no backend can answer" : `${active} answers`;
  return `${state}: ${answers} at ${listen}, mode ${mode}`;
}
