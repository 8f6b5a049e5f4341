import { silentLog } from "../../src/core/log.ts";
import { RecentLines } from "../../src/core/recent_lines.ts";
import { Redaction } from "../../src/core/redaction.ts";
import { missingClientKey } from "../../src/config/missing_client_key.ts";
import type { ConfigStore } from "../../src/config/config_store.ts";
import type { SettingsContext } from "../../src/settings/context.ts";
import { createSettingsPage } from "../../src/settings/page.tsx";
import type { AppState } from "../../src/state/app_state.ts";
import { withConfig } from "../../src/state/changes.ts";
import { RunningRequests } from "../../src/state/running_requests.ts";
import { initialState, statusReport } from "../../src/state/status_report.ts";
import { Store } from "../../src/state/store.ts";
import { type ConfigFixture, configFixture } from "./config_fixture.ts";
import { noSecrets } from "./no_secrets.ts";
import { noUsage } from "./no_usage.ts";

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
  readonly context: SettingsContext;
  readonly #configStore: ConfigStore;

  private constructor(file: ConfigFixture, configStore: ConfigStore, changed: Partial<SettingsContext>) {
    this.file = file;
    this.#configStore = configStore;
    const config = () => configStore.config;
    configStore.vetoWith((next) => missingClientKey(next.listen));
    this.store = new Store(withConfig(initialState(config().route.mode), config()));
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
        quit: () => void this.commands.push("quit"),
      },
      models: () => Promise.resolve([]),
      ask: () => Promise.resolve(new Response(null, { status: 404 })),
      recentLog: this.recentLog,
      redact: this.redaction.redact,
      clock,
      log: silentLog,
      version: "1.2.3",
      startedAt: clock.now(),
      sentence: () => "All is well",
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
      ...changed,
    };
  }

  /** `config`: what the file says; without one there is no file. */
  static async create(config?: object, changed: Partial<SettingsContext> = {}): Promise<SettingsScene> {
    const file = await configFixture(config && JSON.stringify({ version: 1, ...config }));
    return new SettingsScene(file, await file.open(), changed);
  }

  async get(path: string, init: RequestInit = {}): Promise<Response> {
    return await createSettingsPage(this.context)(new Request(`http://127.0.0.1:11435${path}`, init), { csrf: "csrf" });
  }

  /** A page's text; fails where it is not there. */
  async page(path: string): Promise<string> {
    const response = await this.get(path);
    if (!response.ok) throw new Error(`${path} is answered with ${response.status}`);
    return await response.text();
  }

  /** Sends a form, as a browser does after the door's checks. */
  async post(path: string, fields: Record<string, string> = {}): Promise<Response> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const request = new Request(`http://127.0.0.1:11435${path}`, { method: "POST" });
    return await createSettingsPage(this.context)(request, { csrf: "csrf", form });
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
  async written(): Promise<Record<string, unknown>> {
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
