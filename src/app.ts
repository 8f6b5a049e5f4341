import { leaveControlFile, OtherDaemon } from "./http/control_file.ts";
import { AddressInUse, Listener } from "./http/listener.ts";
import { createHandler } from "./http/server.ts";
import type { ConfigStore } from "./config/config_store.ts";
import { AppLinkPart } from "./app/app_link.ts";
import { type Broker, createBroker } from "./app/broker.ts";
import { createPause } from "./app/cloud_pause.ts";
import { CrashWatch } from "./app/crash_watch.ts";
import { createMeter } from "./app/cloud_meter.ts";
import { createCommands } from "./app/commands.ts";
import { startDesktop } from "./app/desktop.ts";
import { dropFfi } from "./app/drop_ffi.ts";
import { type DaemonOptions, type Ground, layGround } from "./app/ground.ts";
import { createHttpContext } from "./app/http_context.ts";
import { createLifetime, type Lifetime } from "./app/lifetime.ts";
import { takeOverPredecessor } from "./app/migration.ts";
import { followLogFile } from "./app/log_file.ts";
import { lazyLoginStart } from "./app/login_start.ts";
import { openConfig } from "./app/open_config.ts";
import { notifyService } from "./app/service_notify.ts";
import { createRequests } from "./app/usage.ts";
import { createSecretCommands } from "./app/secret_commands.ts";

import type { Commands } from "./state/commands.ts";

export { AddressInUse } from "./http/listener.ts";
export type { DaemonOptions } from "./app/ground.ts";

/** How long the first health checks wait for the keyring, in ms. */
const firstSecretsMs = 1_000;

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
  dropFfi();
  await using cleanup = new AsyncDisposableStack();
  const ground = layGround(options);
  const crashWatch = cleanup.use(new CrashWatch(options, ground));
  cleanup.use(ground.secrets);
  cleanup.use(await takeOverPredecessor(options, ground));
  const configStore = cleanup.use(await openConfig(options, ground));
  const broker = createBroker(configStore, ground, cleanup);
  const { reportPart } = broker;
  cleanup.defer(followLogFile({ ground, configStore, reportPart }));
  const requests = createRequests(options, { ground, broker, configStore, cleanup });
  const lifetime = createLifetime(ground.clock);
  const pause = cleanup.use(createPause(options, { ground, configStore, broker }));
  await pause.restore();
  const meter = cleanup.use(createMeter(options, { ground, configStore, broker }));
  await meter.restore();
  cleanup.defer(configStore.subscribe((next, previous) => meter.limitsChanged(next.limits, previous.limits)));
  const started = Promise.withResolvers<Daemon>();
  const quit: Commands["quit"] = (options) => void started.promise.then((daemon) => daemon.close(options));
  const secretCommands = createSecretCommands(options, ground);
  const app = new AppLinkPart(options, { ground, configStore, broker, secretCommands, quit });
  const commands = createCommands({ configStore, broker, pause, ground, app, quit });
  const loginStart = lazyLoginStart(options, ground);
  const parts = { ground, configStore, broker, lifetime, commands, secretCommands, requests, meter, loginStart };
  const { context, facts } = createHttpContext(options, parts);

  const { listen } = configStore.config;
  const { controlFile } = options.paths;
  const handler = createHandler(context);
  const listener = await Listener.start(handler, { ...listen, controlFile });
  cleanup.defer(() => listener.close());
  facts.listen = listener.url;
  facts.address = listener.localUrl;
  const { pid, version } = facts;
  const content = { url: listener.localUrl, token: context.controlToken, pid, version };
  const left = await leaveControlFile(controlFile, content, ground);
  if (left instanceof OtherDaemon) makeWay(left, options, ground);
  else if (left) cleanup.defer(() => left.remove());
  cleanup.use(app);
  app.start({ http: context, handler });
  await crashWatch.leaveMark();
  // Programs are answered meanwhile; a health check before its token is there would find only that.
  await ground.secrets.settled(firstSecretsMs);
  broker.monitor.refresh();
  const { config, path: file } = configStore;
  ground.log.info("Ready", { url: listener.url, mode: config.route.mode, version, config: file });
  const { status, settingsLink } = context;
  const { address } = facts;
  cleanup.use(
    startDesktop(options, { ...parts, pause, status, settingsLink, address }),
  );
  const { stopping } = context;
  const notified = await notifyService(options, { ground, configStore, broker, status, stopping });
  if (notified) cleanup.use(notified);
  const daemon = running(listener, { ground, configStore, broker, lifetime, app, resources: cleanup.move() });
  started.resolve(daemon);
  return daemon;
}

/**
 * Who starts one only where there is none has one: that of another port, or of a start at the same moment. Throws
 * {@linkcode AddressInUse} then.
 */
function makeWay({ url }: OtherDaemon, { desktop, paths }: DaemonOptions, { log }: Ground): void {
  if (desktop?.isTheOne && desktop.givesWayQuietly) {
    log.info("Another daemon of this session runs; this one ends", { address: url });
    throw new AddressInUse(`Cannot start: a daemon runs already at ${url}`, { broker: url });
  }
  log.warn("Another daemon runs; commands go on reaching that one", { controlFile: paths.controlFile });
}

function running(
  listener: Listener,
  parts: {
    ground: Ground;
    configStore: ConfigStore;
    broker: Broker;
    lifetime: Lifetime;
    app: AppLinkPart;
    resources: AsyncDisposableStack;
  },
): Daemon {
  const { ground: { log }, configStore, broker, lifetime: { stopping, grace }, app, resources } = parts;
  const stop = once(async () => {
    log.info("Stopping", { inFlight: broker.store.state.inFlight });
    stopping.abort(new Error("The broker is shutting down"));
    await Promise.all([listener.drain(grace.over), Promise.race([app.drained(), grace.over])]);
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

function once(run: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => result ??= run();
}
