import type { BackendConfig, Config, ConfigInput } from "../../src/config/schema.ts";
import { silentLog } from "../../src/core/log.ts";
import { RecentLines } from "../../src/core/recent_lines.ts";
import type { RouteMode } from "../../src/core/types.ts";
import type { RequestRecord } from "../../src/broker/request_record.ts";
import type { HttpContext } from "../../src/http/context.ts";
import { Door } from "../../src/http/door.ts";
import { Metrics } from "../../src/http/metrics.ts";
import { createHandler } from "../../src/http/server.ts";
import type { AppState, Pause } from "../../src/state/app_state.ts";
import { withPause } from "../../src/state/changes.ts";
import type { UnsavedTestOptions } from "../../src/state/commands.ts";
import type { TestStep } from "../../src/state/connection_report.ts";
import type { SettingsVisit } from "../../src/state/settings_visit.ts";
import { RunningRequests } from "../../src/state/running_requests.ts";
import type { SecretCommands } from "../../src/state/secrets.ts";
import { initialState, statusReport } from "../../src/state/status_report.ts";
import { Store } from "../../src/state/store.ts";
import type { UsageReader } from "../../src/state/usage.ts";
import { FailoverScene } from "./failover_scene.ts";
import { configOf } from "./states.ts";
import { noSecrets } from "./no_secrets.ts";
import { noUsage } from "./no_usage.ts";

export interface HttpSceneOptions {
  listen?: ConfigInput["listen"];
  secrets?: Record<string, string>;
  secretCommands?: SecretCommands;
  /** Whether the socket would be bound beyond loopback. Default: no. */
  isExposed?: boolean;
  /** Default: none, and whoever asks for it is refused. */
  configFile?: HttpContext["configFile"];
  /** Stub backends, as {@linkcode FailoverScene} takes them. Default: `local`, which answers. */
  backends?: ConstructorParameters<typeof FailoverScene>[0];
  /** What the record of use tells. Default: it is empty. */
  usage?: UsageReader;
  inputs?: NonNullable<ConstructorParameters<typeof FailoverScene>[1]>["inputs"];
}

const missing = () => Promise.reject(new Error("This scene has no configuration file"));
const missingConfigFile: HttpContext["configFile"] = {
  path: "/nowhere/config.json",
  snapshot: missing,
  edit: missing,
};

/** The one step of every connection test here. */
export const testStep: TestStep = { name: "Reach the server", ok: true, detail: "", durationMs: 1, advice: null };

/** Every route of the daemon without a socket, over stub backends. It leaves out the monitor and the configuration file. */
export class HttpScene {
  readonly broker: FailoverScene;
  readonly config: Config;
  readonly store: Store<AppState>;
  readonly records: RequestRecord[] = [];
  readonly errors: string[] = [];
  readonly modes: RouteMode[] = [];
  /** Tests of settings that are not saved. */
  readonly unsavedTests: { config: BackendConfig; options: UnsavedTestOptions }[] = [];
  readonly recentLog = new RecentLines(4_000);
  readonly door: Door;
  /** What reached the settings page, behind the door. */
  readonly visits: { request: Request; visit: SettingsVisit }[] = [];
  readonly configFile: HttpContext["configFile"];
  /** The grace of each order to quit. */
  readonly quits: (number | undefined)[] = [];
  readonly running = new RunningRequests();
  readonly stopping = new AbortController();
  readonly stopped = new AbortController();
  readonly context: HttpContext;
  readonly token = "control-token";
  readonly #handler: (request: Request) => Response | Promise<Response>;

  constructor(options: HttpSceneOptions = {}) {
    const { backends = { local: "ok" }, inputs, listen, secrets = {} } = options;
    this.broker = new FailoverScene(backends, { inputs, route: { rounds: 1 } });
    this.config = configOf({ listen });
    const { clock, failover, stubs, states } = this.broker;
    this.store = new Store<AppState>({ ...initialState("local-first"), backends: states });
    this.door = new Door({ clock, redaction: { add() {}, remove() {} } });
    this.configFile = options.configFile ?? missingConfigFile;
    const metrics = new Metrics();
    this.context = {
      config: () => this.config,
      store: this.store,
      status: () =>
        statusReport(this.store.state, {
          now: clock.monotonic(),
          uptimeMs: clock.monotonic(),
          listen: "http://127.0.0.1:11435",
          version: "1.2.3",
          pid: 42,
        }),
      failover,
      unanswered: this.broker.unanswered,
      backends: (id) => stubs.get(id),
      refreshModels: () => Promise.resolve(),
      modelsChanged() {},
      commands: {
        setMode: (mode) => {
          this.modes.push(mode);
          this.store.update((state) => withPause({ ...state, mode, chosenMode: mode }, null, this.config.route));
          return Promise.resolve();
        },
        quit: (options) => void this.quits.push(options?.graceMs),
        pauseCloud: (forMs) => this.#pause({ until: forMs === undefined ? null : clock.now() + forMs }),
        resumeCloud: () => this.#pause(null),
        testBackend: (id, _signal, onStep) => {
          onStep?.(testStep);
          return Promise.resolve(stubs.has(id) ? { backend: id, ok: true, steps: [testStep] } : undefined);
        },
        testUnsaved: (config, options) => {
          this.unsavedTests.push({ config, options });
          options.onStep?.(testStep);
          return Promise.resolve({ backend: config.id, ok: true, steps: [testStep] });
        },
      },
      secretCommands: options.secretCommands ?? noSecrets,
      metrics,
      clock,
      log: { ...silentLog, error: (message) => this.errors.push(message) },
      record: (record) => {
        this.records.push(record);
        metrics.record(record);
      },
      usage: options.usage ?? noUsage,
      running: this.running,
      secrets: (name) => secrets[name],
      redact: (text) => text,
      isExposed: options.isExposed ?? false,
      controlToken: this.token,
      configFile: this.configFile,
      recentLog: this.recentLog,
      door: this.door,
      settingsLink: () => `http://127.0.0.1:11435/settings/enter?key=${this.door.createLink()}`,
      settings: (request, visit) => {
        this.visits.push({ request, visit });
        return Promise.resolve(new Response("the settings page"));
      },
      version: "1.2.3",
      stopping: this.stopping.signal,
      stopped: this.stopped.signal,
    };
    this.#handler = createHandler(this.context);
  }

  #pause(pause: Pause | null): Promise<void> {
    this.store.update((state) => withPause(state, pause, this.config.route));
    return Promise.resolve();
  }

  /** A request as it would come from the socket; the Host header is that of the address unless told otherwise. */
  async ask(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
    const { json, ...rest } = init;
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", "127.0.0.1:11435");
    const body = json === undefined ? init.body : JSON.stringify(json);
    const method = init.method ?? (body === undefined ? "GET" : "POST");
    return await this.#handler(new Request(`http://127.0.0.1:11435${path}`, { ...rest, method, body, headers }));
  }

  /** A request to the control API, with its token. */
  control(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
    const headers = new Headers({ authorization: `Bearer ${this.token}`, ...init.headers });
    return this.ask(`/control/v1${path}`, { ...init, headers });
  }
}
