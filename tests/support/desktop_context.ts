import type { Config, ConfigInput } from "../../src/config/schema.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { Log, LogFields, LogLevel } from "../../src/core/log.ts";
import { ChildEnv } from "../../src/desktop/child_env.ts";
import type { DesktopContext } from "../../src/desktop/context.ts";
import type { AppState, BackendState, Surroundings } from "../../src/state/app_state.ts";
import { withConfig, withPause, withSurroundings } from "../../src/state/changes.ts";
import type { Commands } from "../../src/state/commands.ts";
import type { LoginStart } from "../../src/state/login_start.ts";
import type { ConnectionTest } from "../../src/state/connection_report.ts";
import { withPart } from "../../src/state/parts.ts";
import { initialState, statusReport } from "../../src/state/status_report.ts";
import { Store } from "../../src/state/store.ts";
import { FakeClock } from "./fake_clock.ts";
import { configOf } from "./states.ts";

export interface DesktopSceneOptions {
  config?: Omit<ConfigInput, "version">;
  /** What is known of the backends; their settings need not be in `config`. Default: those of `config`, not checked. */
  backends?: readonly BackendState[];
  env?: Record<string, string>;
  runtimeDir?: string;
  address?: string;
  isTheOne?: boolean;
  givesWayQuietly?: boolean;
  /** Answers of {@linkcode Commands.testBackend}; another id is an unknown backend. */
  connectionTests?: Record<string, ConnectionTest>;
  /** Commands, by name, that reject with the error. */
  failing?: Partial<Record<keyof Commands, Error>>;
  loginStart?: LoginStart;
  /** Default: a clock that moves only when told. */
  clock?: Clock;
}

export interface LogEntry {
  level: LogLevel;
  message: string;
  fields: LogFields;
}

/**
 * A {@linkcode DesktopContext} without a daemon behind it: commands are recorded, and those for mode, pause and
 * surroundings change the state as the daemon does; the configuration changes by {@linkcode configure} only. It leaves
 * out the broker: nothing is checked or routed.
 */
export class DesktopScene {
  readonly context: DesktopContext;
  readonly store: Store<AppState>;
  readonly fakeClock = new FakeClock();
  /** Name and arguments of each command, in order. */
  readonly commands: [name: keyof Commands, ...args: unknown[]][] = [];
  readonly log: LogEntry[] = [];
  /** What was reported of the machine, in order. */
  readonly seen: Partial<Surroundings>[] = [];
  wakeUps = 0;
  /** How many links to the settings were made. */
  links = 0;
  readonly #childEnv = new ChildEnv();
  readonly env: Map<string, string>;
  recentLog = "";
  #config: Config;
  readonly #listeners = new Set<(config: Config) => void>();
  readonly #commandListeners = new Set<() => void>();
  readonly #logListeners = new Set<() => void>();

  constructor(options: DesktopSceneOptions = {}) {
    const clock = options.clock ?? this.fakeClock;
    this.#config = configOf(options.config);
    this.#childEnv.see(this.#config);
    const initial = withConfig(initialState(this.#config.route.mode), this.#config);
    this.store = new Store<AppState>(options.backends ? { ...initial, backends: options.backends } : initial);
    this.env = new Map(Object.entries(options.env ?? {}));
    const address = options.address ?? "http://127.0.0.1:11435";
    const startedAt = clock.monotonic();
    const version = "0.0.0-test";
    this.context = {
      store: this.store,
      status: () => {
        const now = clock.monotonic();
        return statusReport(this.store.state, { now, uptimeMs: now - startedAt, listen: address, version, pid: 4242 });
      },
      config: () => this.#config,
      onConfig: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      commands: this.#createCommands(options, clock),
      clock,
      log: this.#createLog(),
      env: (name) => this.env.get(name),
      childEnv: () => this.#childEnv.variables,
      version,
      address,
      settingsLink: () => `${address}/settings/enter?key=link-${++this.links}`,
      runtimeDir: options.runtimeDir ?? "/nowhere/cloudtolocalllm",
      recentLog: () => this.recentLog,
      isTheOne: options.isTheOne ?? true,
      givesWayQuietly: options.givesWayQuietly ?? false,
      seeSurroundings: (seen) => {
        this.seen.push(seen);
        this.store.update((state) => withSurroundings(state, seen, this.#config.route));
      },
      loginStart: options.loginStart ??
        { isEnabled: () => Promise.resolve(false), set: () => Promise.resolve(), subscribe: () => () => {} },
      reportPart: (name, seen) => this.store.update((state) => withPart(state, name, seen, clock.now())),
      awake: () => void this.wakeUps++,
    };
  }

  /** How many listen to the configuration: zero when nothing was left behind. */
  get configListeners(): number {
    return this.#listeners.size;
  }

  /** Replaces the configuration as a user's editor does; without `backends` those of the state stay. */
  configure(config: Omit<ConfigInput, "version">): void {
    this.#config = configOf(config);
    this.#childEnv.see(this.#config);
    this.store.update((state) => {
      const next = withConfig(state, this.#config);
      return config.backends ? next : { ...next, backends: state.backends };
    });
    for (const listener of [...this.#listeners]) listener(this.#config);
  }

  /** Resolves when a command, given already or from now on, is as wanted. */
  async command(isWanted: (call: [name: keyof Commands, ...args: unknown[]]) => boolean): Promise<unknown[]> {
    return await until(this.#commandListeners, () => this.commands.find(isWanted));
  }

  /** Resolves when a log entry, written already or from now on, has a message that fits. */
  async logged(pattern: RegExp): Promise<LogEntry> {
    return await until(this.#logListeners, () => this.log.find(({ message }) => pattern.test(message)));
  }

  #createLog(): Log {
    const write = (level: LogLevel) => (message: string, fields: LogFields = {}) => {
      this.log.push({ level, message, fields });
      for (const listener of [...this.#logListeners]) listener();
    };
    return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  }

  #createCommands({ connectionTests = {}, failing = {} }: DesktopSceneOptions, clock: Clock): Commands {
    const record = (name: keyof Commands, ...args: unknown[]) => {
      this.commands.push([name, ...args]);
      for (const listener of [...this.#commandListeners]) listener();
      const error = failing[name];
      if (error) throw error;
    };
    const change = (next: (state: AppState) => AppState) => this.store.update(next);
    return {
      // deno-lint-ignore require-await
      setMode: async (mode) => {
        record("setMode", mode);
        this.configure({ ...this.#config, backends: undefined, route: { ...this.#config.route, mode } });
        change((state) => withPause(state, null, this.#config.route));
      },
      // deno-lint-ignore require-await
      testBackend: async (id) => {
        record("testBackend", id);
        return connectionTests[id];
      },
      testUnsaved: () => Promise.reject(new Error("The desktop tests what is set up")),
      // deno-lint-ignore require-await
      enableBackend: async (id, enabled) => record("enableBackend", id, enabled),
      // deno-lint-ignore require-await
      pauseCloud: async (forMs) => {
        record("pauseCloud", ...(forMs === undefined ? [] : [forMs]));
        const until = forMs === undefined ? null : clock.now() + forMs;
        change((state) => withPause(state, { until }, this.#config.route));
      },
      // deno-lint-ignore require-await
      resumeCloud: async () => {
        record("resumeCloud");
        change((state) => withPause(state, null, this.#config.route));
      },
      // deno-lint-ignore require-await
      provideConfigFile: async () => {
        record("provideConfigFile");
        return `${this.context.runtimeDir}/config.json`;
      },
      // deno-lint-ignore require-await
      tellApp: async (command) => record("tellApp", command),
      // deno-lint-ignore require-await
      launchApp: async () => record("launchApp"),
      quit: () => record("quit"),
    };
  }
}

function until<T>(listeners: Set<() => void>, find: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const look = () => {
      const found = find();
      if (found === undefined) return;
      listeners.delete(look);
      resolve(found);
    };
    listeners.add(look);
    look();
  });
}
