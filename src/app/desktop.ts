import type { ConfigStore } from "../config/config_store.ts";
import { messageOf } from "../core/errors.ts";
import { ChildEnv } from "../desktop/child_env.ts";
import type { DesktopContext } from "../desktop/context.ts";
import { withSurroundings } from "../state/changes.ts";
import type { Commands } from "../state/commands.ts";
import type { LoginStart } from "../state/login_start.ts";
import type { StatusReport } from "../state/status.ts";
import type { Broker } from "./broker.ts";
import type { CloudMeter } from "./cloud_meter.ts";
import type { CloudPause } from "./cloud_pause.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

export interface DesktopParts {
  ground: Ground;
  configStore: ConfigStore;
  broker: Broker;
  commands: Commands;
  pause: CloudPause;
  meter: CloudMeter;
  status: () => StatusReport;
  address: string;
  settingsLink: () => string;
  loginStart: LoginStart;
}

type ContextParts = DesktopParts & { childEnv: ChildEnv };

/**
 * Lets the daemon appear on the desktop, as long as the configuration says so. The broker neither waits for it nor falls
 * with it; its code is loaded only now, and not at all where there is no desktop to appear on.
 */
export function startDesktop(options: DaemonOptions, parts: DesktopParts): AsyncDisposable {
  const { configStore } = parts;
  const childEnv = new ChildEnv();
  let running: { stop: AbortController; ended: Promise<void> } | undefined;
  const stop = async () => {
    running?.stop.abort(new Error("The desktop's services are to end"));
    await running?.ended;
    running = undefined;
  };
  let last = Promise.resolve();
  const follow = () => {
    childEnv.see(configStore.config);
    last = last.then(async () => {
      const isWanted = options.desktop !== undefined && configStore.config.desktop.enabled;
      if (!isWanted) return await stop();
      if (running) return;
      const controller = new AbortController();
      running = { stop: controller, ended: run(options, { ...parts, childEnv }, controller.signal) };
    });
  };
  follow();
  const unsubscribe = configStore.subscribe(follow);
  return {
    async [Symbol.asyncDispose]() {
      unsubscribe();
      await last;
      await stop();
    },
  };
}

async function run(options: DaemonOptions, parts: ContextParts, signal: AbortSignal): Promise<void> {
  const { log } = parts.ground;
  try {
    const runDesktop = options.desktop?.run ?? (await import("../desktop/desktop.ts")).runDesktop;
    await runDesktop(createContext(options, parts), signal);
  } catch (error) {
    if (signal.aborted) return;
    log.error("The desktop's services have ended; requests go on", { error: messageOf(error) });
    parts.broker.reportPart("desktop", { state: "failed", reason: messageOf(error) });
  }
}

function createContext(options: DaemonOptions, parts: ContextParts): DesktopContext {
  const { ground: { clock, log, recentLog }, configStore, broker, commands, pause, meter, status, childEnv } = parts;
  return {
    store: broker.store,
    status,
    config: () => configStore.config,
    onConfig: (listener) => configStore.subscribe(listener),
    commands,
    clock,
    log,
    env: options.env,
    childEnv: () => childEnv.variables,
    version: options.version,
    address: parts.address,
    settingsLink: parts.settingsLink,
    loginStart: parts.loginStart,
    runtimeDir: options.paths.runtimeDir,
    recentLog: () => recentLog.text,
    isTheOne: options.desktop?.isTheOne ?? false,
    givesWayQuietly: options.desktop?.givesWayQuietly ?? false,
    seeSurroundings(seen) {
      const before = broker.store.state.surroundings.network;
      broker.store.update((state) => withSurroundings(state, seen, configStore.config.route));
      if (broker.store.state.surroundings.network !== before) broker.backends.renewConnections();
      broker.monitor.refresh();
    },
    reportPart: broker.reportPart,
    awake() {
      pause.look();
      meter.look();
      broker.backends.renewConnections();
      broker.monitor.probeAll();
    },
  };
}
