import { type Clock, systemClock } from "./core/clock.ts";
import { messageOf, RequestError } from "./core/errors.ts";
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
import { ControlFile, type ControlFileContent } from "./http/control_file.ts";
import type { HttpContext } from "./http/context.ts";
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

/**
 * Puts the daemon together and starts it; the only place that knows everyone.
 *
 * Throws `ConfigError` when the configuration cannot be used, {@linkcode AddressInUse} when another program holds the
 * port.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { clock = systemClock, paths, version, pid = Deno.pid } = options;
  const redaction = new Redaction();
  const secrets = redactedSecrets(options.env, redaction);
  const logOptions: LogOptions = {
    level: options.overrides.logLevel ?? "info",
    format: options.overrides.logFormat ?? "text",
    clock,
    write: options.writeLog,
    redact: redaction.redact,
  };
  const log = createLog(logOptions);
  const path = options.configFile ?? paths.configFile;
  await using cleanup = new AsyncDisposableStack();

  const mustExist = options.configFile !== undefined;
  const configStore = cleanup.use(
    await ConfigStore.open({ path, mustExist, log, clock, overrides: options.overrides }),
  );
  const config = () => configStore.config;
  const started = config().listen;
  const { host } = started;
  checkExposure(started, secrets);
  configStore.vetoWith((next) => {
    const problems = exposureProblems(host, next.listen);
    return problems.length > 0 ? problems : missingClientKey(next.listen);
  });

  const store = new Store<AppState>(initialState(config().route.mode));
  const backends = new BackendSet((one) => createBackend(one, { clock, secrets }));
  cleanup.defer(() => backends.close());
  const get = backends.get;
  const monitor = new Monitor({ store, backends: get, config, clock, log });
  cleanup.defer(() => monitor.close());

  const follow = () => {
    Object.assign(logOptions, config().log);
    backends.configure(config().backends);
    store.update((state) => withConfig(state, config()));
  };
  follow();
  cleanup.defer(configStore.subscribe((next, previous) => {
    follow();
    monitor.refresh();
    const restart = restartOptions({ started, previous: previous.listen, next: next.listen });
    if (restart.length > 0) log.warn("Takes effect after a restart", { options: restart.join(" ") });
  }));
  cleanup.defer(configStore.subscribeError((configError) => store.update((state) => ({ ...state, configError }))));

  const slots = new Slots({
    clock,
    limit: (id) => get(id)?.config.maxConcurrent ?? 0,
    onChange: (id, inFlight) => store.update((state) => withInFlight(state, id, inFlight)),
  });
  const states = () => store.state.backends;
  const failover = new Failover({ config, states, backends: get, observer: monitor, slots, clock });

  const metrics = new Metrics();
  const logRequest = requestLogger(log);
  const startedAt = clock.monotonic();
  const stopping = new AbortController();
  const stopped = new AbortController();
  const controlToken = randomToken();
  redaction.add(controlToken);
  const status = () =>
    statusReport(store.state, {
      now: clock.monotonic(),
      uptimeMs: clock.monotonic() - startedAt,
      listen: listener.url,
      version,
      pid,
    });
  const context: HttpContext = {
    config,
    store,
    status,
    failover,
    backends: get,
    metrics,
    clock,
    log,
    secrets,
    redact: redaction.redact,
    isExposed: !isLoopback(host),
    controlToken,
    version,
    stopping: stopping.signal,
    stopped: stopped.signal,
    refreshModels: (youngMs) => monitor.refreshModels(youngMs),
    modelsChanged: (id) => monitor.modelsChanged(id),
    commands: {
      async setMode(mode) {
        await configStore.setMode(mode);
      },
      async testBackend(id, signal) {
        const backend = get(id);
        if (!backend) return undefined;
        const result = await testConnection(backend, { clock, signal });
        await monitor.probeNow(id);
        return result;
      },
    },
    record(record) {
      metrics.record(record);
      logRequest(record);
      store.update((state) => recordFailover(state, record));
    },
  };
  const listener = await Listener.start(createHandler(context), { ...config().listen, controlFile: paths.controlFile });
  cleanup.defer(() => listener.close());
  const content = { url: listener.localUrl, token: controlToken, pid, version };
  const controlFile = await leaveControlFile(paths.controlFile, content, log);
  if (controlFile) cleanup.defer(() => controlFile.remove());
  monitor.refresh();
  log.info("Ready", { url: listener.url, mode: config().route.mode, version, config: path });

  const resources = cleanup.move();
  const grace = new ShutdownGrace(
    clock,
    () => stopped.abort(new RequestError(503, "The broker is shutting down")),
  );
  const stop = once(async () => {
    log.info("Stopping", { inFlight: store.state.inFlight });
    stopping.abort(new Error("The broker is shutting down"));
    await listener.drain(grace.over);
    grace.close();
    await resources.disposeAsync();
    log.info("Stopped");
  });
  const close: Daemon["close"] = ({ graceMs = config().shutdownGraceMs } = {}) => {
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

/** Programs are served also where commands cannot reach the daemon: that is only told. */
async function leaveControlFile(path: string, content: ControlFileContent, log: Log): Promise<ControlFile | undefined> {
  try {
    const controlFile = await ControlFile.write(path, content);
    if (!controlFile) log.warn("Another daemon runs; commands go on reaching that one", { controlFile: path });
    return controlFile;
  } catch (error) {
    log.warn("Commands cannot reach this daemon, for it could not leave control.json", { reason: messageOf(error) });
    return undefined;
  }
}

/** Secrets by name; each that is read is kept out of the log from then on. */
function redactedSecrets(env: (name: string) => string | undefined, redaction: Redaction) {
  const secrets = envSecrets(env);
  return (name: string) => {
    const value = secrets(name);
    if (value !== undefined) redaction.add(value);
    return value;
  };
}

function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function once(run: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => result ??= run();
}
