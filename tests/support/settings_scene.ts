import { silentLog } from "../../src/core/log.ts";
import { RecentLines } from "../../src/core/recent_lines.ts";
import { Redaction } from "../../src/core/redaction.ts";
import { missingClientKey } from "../../src/config/missing_client_key.ts";
import type { ConfigStore } from "../../src/config/config_store.ts";
import type { SettingsContext } from "../../src/settings/context.ts";
import { createSettingsPage } from "../../src/settings/page.tsx";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { SettingsPage } from "../../src/state/settings_visit.ts";
import { listModels } from "../../src/broker/models.ts";
import type { AppState, BackendState } from "../../src/state/app_state.ts";
import { withConfig } from "../../src/state/changes.ts";
import { RunningRequests } from "../../src/state/running_requests.ts";
import { initialState, statusReport } from "../../src/state/status_report.ts";
import { Store } from "../../src/state/store.ts";
import { type ConfigFixture, configFixture } from "./config_fixture.ts";
import { noSecrets } from "./no_secrets.ts";
import { noUsage } from "./no_usage.ts";

export interface SettingsSceneOptions {
  /** What the file says. Default: nothing but its version. */
  config?: Omit<ConfigInput, "version">;
  /** What is known of the backends. Default: those of the file, not checked. */
  backends?: readonly BackendState[];
  /** What the daemon's own API answers. Default: that it is not there. */
  ask?: SettingsContext["ask"];
  /** Anything else of the context. */
  changed?: Partial<SettingsContext>;
}

/** The settings page over a configuration file of its own, without door, sockets and backends that answer. */
export class SettingsScene implements AsyncDisposable {
  readonly file: ConfigFixture;
  readonly store: Store<AppState>;
  readonly redaction = new Redaction();
  readonly recentLog = new RecentLines(64_000);
  readonly stopping = new AbortController();
  /** What was commanded. */
  readonly commands: string[] = [];
  /** The daemon's environment. */
  readonly env: Record<string, string> = { HOME: "/home/ann" };
  /** What the page asked of the daemon's own API. */
  readonly asked: { path: string; init: RequestInit }[] = [];
  readonly context: SettingsContext;
  readonly #page: SettingsPage;
  readonly #configStore: ConfigStore;

  private constructor(file: ConfigFixture, configStore: ConfigStore, options: SettingsSceneOptions) {
    const { backends, ask = () => Promise.resolve(Response.json({ error: "not there" }, { status: 503 })) } = options;
    this.file = file;
    this.#configStore = configStore;
    const config = () => configStore.config;
    configStore.vetoWith((next) => missingClientKey(next.listen));
    const initial = withConfig(initialState(config().route.mode), config());
    this.store = new Store(backends ? { ...initial, backends } : initial);
    configStore.subscribe(() => this.store.update((state) => withConfig(state, config())));
    configStore.subscribeError((configError) => this.store.update((state) => ({ ...state, configError })));
    const said = (words: string) => Promise.resolve(void this.commands.push(words));
    const { clock } = file;
    this.context = {
      status: () => {
        const facts = { listen: "http://127.0.0.1:11435", version: "1.2.3", pid: 42 };
        return statusReport(this.store.state, { now: clock.monotonic(), uptimeMs: clock.monotonic(), ...facts });
      },
      store: this.store,
      config,
      configFile: configStore,
      commands: {
        setMode: async (mode) => {
          await said(`mode ${mode}`);
          await configStore.setMode(mode);
        },
        pauseCloud: (forMs) => said(`pause ${forMs}`),
        resumeCloud: () => said("resume"),
        testBackend: () => Promise.resolve(undefined),
        testUnsaved: ({ id }) => Promise.resolve({ backend: id, ok: true, steps: [] }),
        enableBackend: (id, enabled) => said(`${enabled ? "enable" : "disable"} ${id}`),
        provideConfigFile: () => Promise.resolve(file.path),
        tellApp: (command) => said(`app ${command}`),
        launchApp: () => said("launch"),
        quit: () => void this.commands.push("quit"),
      },
      models: () => {
        const { backends, mode } = this.store.state;
        return Promise.resolve(listModels(backends, { mode, now: clock.monotonic() }));
      },
      modelsChanged: () => Promise.resolve(),
      ask: (path, init) => {
        this.asked.push({ path, init });
        return ask(path, init);
      },
      recentLog: this.recentLog,
      redact: this.redaction.redact,
      clock,
      log: silentLog,
      version: "1.2.3",
      startedAt: clock.now(),
      sentence: () => "What there is to say",
      paths: {
        configFile: file.path,
        stateDir: `${file.folder}/state`,
        runtimeDir: `${file.folder}/run`,
        controlFile: `${file.folder}/run/control.json`,
      },
      env: (name) => this.env[name],
      loginStart: { isEnabled: () => Promise.resolve(false), set: (on) => said(`login ${on}`) },
      secrets: noSecrets,
      usage: noUsage,
      running: new RunningRequests(),
      findServers: () => Promise.resolve([]),
      stopping: this.stopping.signal,
      ...options.changed,
    };
    this.#page = createSettingsPage(this.context);
  }

  /** `config`: what the file says; without one there is no file. */
  static async create(config?: object, changed: Partial<SettingsContext> = {}): Promise<SettingsScene> {
    const file = await configFixture(config && JSON.stringify({ version: 1, ...config }));
    return new SettingsScene(file, await file.open(), { changed });
  }

  /** The same with what is known of backends, and a daemon that answers. */
  static async start(options: SettingsSceneOptions = {}): Promise<SettingsScene> {
    const file = await configFixture(JSON.stringify({ version: 1, ...options.config }));
    return new SettingsScene(file, await file.open(), options);
  }

  async get(path: string, init: RequestInit = {}): Promise<Response> {
    return await this.#page(new Request(`http://127.0.0.1:11435${path}`, init), { csrf: "the-csrf" });
  }

  /** A page's text; fails where it is not there. */
  async page(path: string): Promise<string> {
    const response = await this.get(path);
    if (!response.ok) throw new Error(`${path} is answered with ${response.status}`);
    return await response.text();
  }

  /** Sends a form, as it is once the door has let it in. */
  async post(path: string, fields: Record<string, string> | [string, string][] = {}): Promise<Response> {
    const form = new FormData();
    for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields)) form.append(name, value);
    const request = new Request(`http://127.0.0.1:11435${path}`, { method: "POST" });
    return await this.#page(request, { csrf: "the-csrf", form });
  }

  /** Sends JSON, as a script of the page does. */
  async send(path: string, json: unknown, init: RequestInit = {}): Promise<Response> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(json);
    const request = new Request(`http://127.0.0.1:11435${path}`, { method: "POST", headers, body, ...init });
    return await this.#page(request, { csrf: "the-csrf" });
  }

  /** Changes a form as a person does who has `page` before them: what they leave alone is sent as the page shows it. */
  async submit(page: string, action: string, changes: Record<string, string>): Promise<Response> {
    const form = (await this.page(page)).split("<form ").find((text) => text.includes(`action="${action}"`));
    const [, was] = /name="was" value="([^"]*)"/.exec(form ?? "") ?? [];
    if (was === undefined) throw new Error(`${page} has no form for ${action}`);
    const text = was.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
    const fields: Record<string, string> = { was: text };
    for (const [name, value] of Object.entries(JSON.parse(text))) {
      if (value === false) continue;
      fields[name] = Array.isArray(value) ? value.join("\n") : value === null ? "" : String(value);
    }
    return await this.post(action, { ...fields, ...changes });
  }

  /** What the configuration file says now. */
  async written(): Promise<ConfigInput> {
    return JSON.parse(await this.file.read());
  }

  /** The file as a person's editor leaves it. */
  async edit(text: string): Promise<void> {
    await this.file.write(text);
    await this.#configStore.reload();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.#configStore.close();
    await this.file[Symbol.asyncDispose]();
  }
}
