import { type Clock, systemClock } from "./core/clock.ts";
import { RequestError } from "./core/errors.ts";
import { createLog, type Log, type LogOptions } from "./core/log.ts";
import { isLoopback } from "./core/loopback.ts";
import { Redaction } from "./core/redaction.ts";
import { createBackend } from "./backends/create.ts";
import { BackendSet } from "./backends/backend_set.ts";
import { Failover } from "./broker/failover.ts";
import { Slots } from "./broker/slots.ts";
import type { ConfigOverrides } from "./config/config_overrides.ts";
import { ConfigStore } from "./config/config_store.ts";
import { missingClientKey } from "./config/missing_client_key.ts";
import type { Paths } from "./config/paths.ts";
import { restartOptions } from "./config/restart_options.ts";
import { envSecrets } from "./config/secrets_env.ts";
import { Monitor } from "./health/monitor.ts";
import { testConnection } from "./health/test_connection.ts";
import { leaveControlFile } from "./http/control_file.ts";
import type { Commands, HttpContext } from "./http/context.ts";
import { checkExposure, exposureProblems, Listener } from "./http/listener.ts";
import { Metrics } from "./http/metrics.ts";
import { createHandler } from "./http/server.ts";
import { ShutdownGrace } from "./http/shutdown_grace.ts";
import { requestLogger } from "./http/request_log.ts";
import type { AppState } from "./state/app_state.ts";
import { recordFailover, withConfig, withInFlight } from "./state/changes.ts";
import { initialState, statusReport } from "./state/status_report.ts";
import { Store } from "./state/store.ts";

export { AddressInUse } from "./http/listener.ts";

export interface DaemonOptions {
  paths: Paths;
  overrides: ConfigOverrides;
  env: (name: string) => string | undefined;
  /** Another configuration file than that of `paths`; it has to be there. */
  configFile?: string;
  /** Takes finished log lines, line end included. */
  writeLog: (line: string) => void;
  version: string;
  clock?: Clock;
  pid?: number;
}

/** A running daemon. */
export interface Daemon {
  /** Base URL that programs use. */
  url: string;
  /**
   * Stops it: no new requests, running answers get `graceMs` (unless given: `shutdownGraceMs`), then an error. Called
   * again it can only become quicker.
   */
  close(options?: { graceMs?: number }): Promise<void>;
  /** Settles once it has stopped, for whatever reason. */
  closed: Promise<void>;
}

/** What every part is given. */
interface Ground {
  clock: Clock;
  log: Log;
  /** Level and format of the log; may be changed while it is in use. */
  logOptions: LogOptions;
  redaction: Redaction;
  secrets: (name: string) => string | undefined;
}

/** Routing and health, without any HTTP of our own. */
interface Broker {
  store: Store<AppState>;
  backends: BackendSet;
  monitor: Monitor;
  failover: Failover;
}

/**
 * Puts the daemon together and starts it; the only place that knows everyone.
 *
 * Throws `ConfigError` when the configuration cannot be used, {@linkcode AddressInUse} when another program holds the
 * port.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  await using cleanup = new AsyncDisposableStack();
  const ground = layGround(options);
  const configStore = cleanup.use(await openConfig(options, ground));
  const broker = createBroker(configStore, ground, cleanup);
  const lifetime = createLifetime(ground.clock);
  const { context, facts } = createContext(options, { ground, configStore, broker, lifetime });

  const { listen } = configStore.config;
  const { controlFile } = options.paths;
  const listener = await Listener.start(createHandler(context), { ...listen, controlFile });
  cleanup.defer(() => listener.close());
  facts.listen = listener.url;
  const { pid, version } = facts;
  const content = { url: listener.localUrl, token: context.controlToken, pid, version };
  const left = await leaveControlFile(controlFile, content, ground.log);
  if (left) cleanup.defer(() => left.remove());
  broker.monitor.refresh();
  const { config, path: file } = configStore;
  ground.log.info("Ready", { url: listener.url, mode: config.route.mode, version, config: file });
  return running(listener, { ground, configStore, broker, lifetime, resources: cleanup.move() });
}

function layGround({ clock = systemClock, overrides, env, writeLog }: DaemonOptions): Ground {
  const redaction = new Redaction();
  const logOptions: LogOptions = {
    level: overrides.logLevel ?? "info",
    format: overrides.logFormat ?? "text",
    clock,
    write: writeLog,
    redact: redaction.redact,
  };
  // Each that is read is kept out of the log from then on.
  const secrets = envSecrets(env, (value) => redaction.add(value));
  return { clock, redaction, logOptions, log: createLog(logOptions), secrets };
}

/** The configuration, which from now on takes no change that would open the daemon to the network without a key. */
async function openConfig(options: DaemonOptions, { log, clock, secrets }: Ground): Promise<ConfigStore> {
  const path = options.configFile ?? options.paths.configFile;
  const mustExist = options.configFile !== undefined;
  const configStore = await ConfigStore.open({ path, mustExist, log, clock, overrides: options.overrides });
  const { listen: started } = configStore.config;
  try {
    checkExposure(started, secrets);
  } catch (error) {
    await configStore.close();
    throw error;
  }
  configStore.vetoWith((next) => {
    const problems = exposureProblems(started.host, next.listen);
    return problems.length > 0 ? problems : missingClientKey(next.listen);
  });
  configStore.subscribe((next, previous) => {
    const names = restartOptions({ started, previous: previous.listen, next: next.listen });
    if (names.length > 0) log.warn("Takes effect after a restart", { options: names.join(" ") });
  });
  return configStore;
}

function createBroker(configStore: ConfigStore, ground: Ground, cleanup: AsyncDisposableStack): Broker {
  const { clock, log, secrets, logOptions } = ground;
  const config = () => configStore.config;
  const store = new Store<AppState>(initialState(config().route.mode));
  const backends = new BackendSet((one) => createBackend(one, { clock, secrets }));
  cleanup.defer(() => backends.close());
  const { get } = backends;
  const monitor = new Monitor({ store, backends: get, config, clock, log });
  cleanup.defer(() => monitor.close());
  const slots = new Slots({
    clock,
    limit: (id) => get(id)?.config.maxConcurrent ?? 0,
    onChange: (id, inFlight) => store.update((state) => withInFlight(state, id, inFlight)),
  });
  const states = () => store.state.backends;
  const failover = new Failover({ config, states, backends: get, observer: monitor, slots, clock });
  const follow = () => {
    Object.assign(logOptions, config().log);
    backends.configure(config().backends);
    store.update((state) => withConfig(state, config()));
  };
  follow();
  cleanup.defer(configStore.subscribe(() => {
    follow();
    monitor.refresh();
  }));
  cleanup.defer(configStore.subscribeError((configError) => store.update((state) => ({ ...state, configError }))));
  return { store, backends, monitor, failover };
}

/** The two steps of stopping: no new requests, then an end to those that still run. */
function createLifetime(clock: Clock) {
  const stopping = new AbortController();
  const stopped = new AbortController();
  const endAnswers = () => stopped.abort(new RequestError(503, "The broker is shutting down"));
  return { stopping, stopped, grace: new ShutdownGrace(clock, endAnswers) };
}

type Lifetime = ReturnType<typeof createLifetime>;

/** What the routes work with. `facts.listen` is known once the listener is there. */
function createContext(
  { version, pid = Deno.pid }: DaemonOptions,
  parts: { ground: Ground; configStore: ConfigStore; broker: Broker; lifetime: Lifetime },
): { context: HttpContext; facts: { listen: string; version: string; pid: number } } {
  const { ground: { clock, log, secrets, redaction }, configStore, lifetime } = parts;
  const { store, monitor, failover, backends } = parts.broker;
  const facts = { listen: "", version, pid };
  const startedAt = clock.monotonic();
  const controlToken = randomToken();
  redaction.add(controlToken);
  const metrics = new Metrics();
  const logRequest = requestLogger(log);
  const context: HttpContext = {
    config: () => configStore.config,
    store,
    status() {
      const now = clock.monotonic();
      return statusReport(store.state, { ...facts, now, uptimeMs: now - startedAt });
    },
    failover,
    backends: backends.get,
    metrics,
    clock,
    log,
    secrets,
    redact: redaction.redact,
    isExposed: !isLoopback(configStore.config.listen.host),
    controlToken,
    version,
    stopping: lifetime.stopping.signal,
    stopped: lifetime.stopped.signal,
    refreshModels: (youngMs) => monitor.refreshModels(youngMs),
    modelsChanged: (id) => monitor.modelsChanged(id),
    commands: createCommands(configStore, parts.broker, clock),
    record(record) {
      metrics.record(record);
      logRequest(record);
      store.update((state) => recordFailover(state, record));
    },
  };
  return { context, facts };
}

function createCommands(configStore: ConfigStore, { backends, monitor }: Broker, clock: Clock): Commands {
  return {
    async setMode(mode) {
      await configStore.setMode(mode);
    },
    async testBackend(id, signal) {
      const backend = backends.get(id);
      if (!backend) return undefined;
      const result = await testConnection(backend, { clock, signal });
      await monitor.probeNow(id);
      return result;
    },
  };
}

function running(
  listener: Listener,
  parts: {
    ground: Ground;
    configStore: ConfigStore;
    broker: Broker;
    lifetime: Lifetime;
    resources: AsyncDisposableStack;
  },
): Daemon {
  const { ground: { log }, configStore, broker, lifetime: { stopping, grace }, resources } = parts;
  const stop = once(async () => {
    log.info("Stopping", { inFlight: broker.store.state.inFlight });
    stopping.abort(new Error("The broker is shutting down"));
    await listener.drain(grace.over);
    grace.close();
    await resources.disposeAsync();
    log.info("Stopped");
  });
  const close: Daemon["close"] = ({ graceMs = configStore.config.shutdownGraceMs } = {}) => {
    grace.endAfter(graceMs);
    return stop();
  };
  return { url: listener.url, close, closed: listener.finished };
}

/** A daemon of its own for the demo, on a free port, with nothing left behind. */
export async function startDemoBroker(config: object): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await Deno.makeTempDir({ prefix: "cloudtolocalllm-demo-" });
  const configFile = `${folder}/config.json`;
  const removeFolder = () => Deno.remove(folder, { recursive: true });
  try {
    await Deno.writeTextFile(configFile, JSON.stringify(config), { mode: 0o600 });
    const paths = { configFile, stateDir: folder, runtimeDir: folder, controlFile: `${folder}/control.json` };
    const { version } = await import("./core/version.ts");
    const daemon = await startDaemon({ paths, overrides: {}, env: () => undefined, writeLog: () => {}, version });
    return { url: daemon.url, close: () => daemon.close().finally(removeFolder) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function once(run: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => result ??= run();
}
