import type { ConfigStore } from "../../src/config/config_store.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { silentLog } from "../../src/core/log.ts";
import { RecentLines } from "../../src/core/recent_lines.ts";
import { listModels } from "../../src/broker/models.ts";
import type { SettingsContext } from "../../src/settings/context.ts";
import { createSettingsPage } from "../../src/settings/page.tsx";
import type { AppState, BackendState } from "../../src/state/app_state.ts";
import type { SettingsPage } from "../../src/state/settings_visit.ts";
import { initialState, statusReport } from "../../src/state/status_report.ts";
import { Store } from "../../src/state/store.ts";
import { type ConfigFixture, configFixture } from "./config_fixture.ts";
import { FakeClock } from "./fake_clock.ts";

export interface ModelsSceneOptions {
  /** What the file says. Default: nothing but its version. */
  config?: Omit<ConfigInput, "version">;
  /** What is known of the backends. Default: none. */
  backends?: readonly BackendState[];
  /** What the daemon answers to the page. Default: that it is not there. */
  ask?: SettingsContext["ask"];
}

/** The settings page without a door and without a daemon, over a real configuration file and backends as a test has them. */
export class ModelsScene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly store: Store<AppState>;
  readonly stopping = new AbortController();
  /** What the page asked of the daemon. */
  readonly asked: { path: string; init: RequestInit }[] = [];
  readonly context: SettingsContext;
  readonly page: SettingsPage;
  readonly #file: ConfigFixture;
  readonly #configStore: ConfigStore;

  private constructor(file: ConfigFixture, configStore: ConfigStore, options: ModelsSceneOptions) {
    const { backends = [], ask = () => Promise.resolve(Response.json({ error: "not there" }, { status: 503 })) } =
      options;
    this.#file = file;
    this.#configStore = configStore;
    this.store = new Store<AppState>({ ...initialState("local-first"), backends });
    const { clock, store, stopping, asked } = this;
    const unused = () => Promise.reject(new Error("This scene has no commands"));
    this.context = {
      status: () =>
        statusReport(store.state, {
          now: clock.monotonic(),
          uptimeMs: 0,
          listen: "http://127.0.0.1:11435",
          version: "1.2.3",
          pid: 42,
        }),
      store,
      config: () => configStore.config,
      configFile: configStore,
      commands: {
        setMode: unused,
        testBackend: unused,
        enableBackend: unused,
        pauseCloud: unused,
        resumeCloud: unused,
        provideConfigFile: unused,
        quit() {},
      },
      models: () =>
        Promise.resolve(listModels(store.state.backends, { mode: store.state.mode, now: clock.monotonic() })),
      modelsChanged: () => Promise.resolve(),
      ask(path, init) {
        asked.push({ path, init });
        return ask(path, init);
      },
      recentLog: new RecentLines(4_000),
      redact: (text) => text.replaceAll("the-secret", "***"),
      clock,
      log: silentLog,
      version: "1.2.3",
      startedAt: clock.now(),
      sentence: () => "What there is to say",
      paths: { configFile: file.path, stateDir: file.folder, runtimeDir: file.folder, controlFile: "/nowhere" },
      stopping: stopping.signal,
    };
    this.page = createSettingsPage(this.context);
  }

  static async start(options: ModelsSceneOptions = {}): Promise<ModelsScene> {
    const file = await configFixture(JSON.stringify({ version: 1, ...options.config }));
    return new ModelsScene(file, await file.open(), options);
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return this.page(new Request(`http://127.0.0.1:11435${path}`, init), { csrf: "the-csrf" });
  }

  /** Sends a form, as it is once the door has let it in. */
  post(path: string, fields: Record<string, string> | [string, string][]): Promise<Response> {
    const form = new FormData();
    for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields)) form.append(name, value);
    const request = new Request(`http://127.0.0.1:11435${path}`, { method: "POST" });
    return this.page(request, { csrf: "the-csrf", form });
  }

  /** Sends JSON, as a script of the page does. */
  send(path: string, json: unknown, init: RequestInit = {}): Promise<Response> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(json);
    const request = new Request(`http://127.0.0.1:11435${path}`, { method: "POST", headers, body, ...init });
    return this.page(request, { csrf: "the-csrf" });
  }

  /** What the configuration file says now. */
  async written(): Promise<ConfigInput> {
    return JSON.parse(await this.#file.read());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort(new Error("The scene ends"));
    await this.#configStore.close();
    await this.#file[Symbol.asyncDispose]();
  }
}
