import { isLoopback } from "../core/loopback.ts";
import type { ConfigStore } from "../config/config_store.ts";
import type { HttpContext } from "../http/context.ts";
import { Door, randomSecret } from "../http/door.ts";
import { Metrics } from "../http/metrics.ts";
import { requestLogger } from "../http/request_log.ts";
import { recordFailover } from "../state/changes.ts";
import type { Commands } from "../state/commands.ts";
import type { LoginStart } from "../state/login_start.ts";
import type { SecretCommands } from "../state/secrets.ts";
import { statusReport } from "../state/status_report.ts";
import type { Broker } from "./broker.ts";
import type { CloudMeter } from "./cloud_meter.ts";
import type { DaemonOptions, Ground } from "./ground.ts";
import type { Lifetime } from "./lifetime.ts";
import { lazySettings } from "./settings.ts";
import type { Requests } from "./usage.ts";

/** Where the daemon listens and how this machine reaches it is known once the listener is there. */
export interface Facts {
  listen: string;
  address: string;
  version: string;
  pid: number;
}

/** What the routes work with. */
export function createHttpContext(
  options: DaemonOptions,
  parts: {
    ground: Ground;
    configStore: ConfigStore;
    broker: Broker;
    lifetime: Lifetime;
    commands: Commands;
    requests: Requests;
    secretCommands: SecretCommands;
    meter: CloudMeter;
    loginStart: LoginStart;
  },
): { context: HttpContext; facts: Facts } {
  const { version, pid = Deno.pid } = options;
  const { ground: { clock, log, secrets, redaction, recentLog }, configStore, lifetime, commands, secretCommands } =
    parts;
  const { meter, requests: { usage, running } } = parts;
  const { store, monitor, failover, unanswered, backends } = parts.broker;
  const facts = { listen: "", address: "", version, pid };
  const startedAt = clock.monotonic();
  const controlToken = randomSecret();
  redaction.add(controlToken);
  const metrics = new Metrics();
  const door = new Door({ clock, redaction });
  const logRequest = requestLogger(log);
  const context: HttpContext = {
    config: () => configStore.config,
    store,
    status() {
      const now = clock.monotonic();
      return statusReport(store.state, { ...facts, now, uptimeMs: now - startedAt });
    },
    failover,
    unanswered,
    backends: backends.get,
    metrics,
    clock,
    log,
    secrets: secrets.get,
    secretCommands,
    redact: redaction.redact,
    isExposed: !isLoopback(configStore.config.listen.host),
    controlToken,
    configFile: configStore,
    recentLog,
    door,
    settingsLink: () => `${facts.address}/settings/enter?key=${door.createLink()}`,
    settings: lazySettings(options, { ...parts, context: () => context, startedAt: clock.now() }),
    version,
    stopping: lifetime.stopping.signal,
    stopped: lifetime.stopped.signal,
    refreshModels: (youngMs) => monitor.refreshModels(youngMs),
    modelsChanged: (id) => monitor.modelsChanged(id),
    commands,
    usage,
    running,
    record(record) {
      metrics.record(record);
      logRequest(record);
      usage.record(record);
      store.update((state) => recordFailover(state, record));
      meter.record(record);
    },
  };
  return { context, facts };
}
