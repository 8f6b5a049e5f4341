import { sleep } from "../core/clock.ts";
import { ownUid } from "../config/own_uid.ts";
import type { ConfigStore } from "../config/config_store.ts";
import { selfCommand } from "../core/self_command.ts";
import { type Service, supervise } from "../core/supervise.ts";
import { within } from "../core/within.ts";
import type { AppLinkContext } from "../applink/context.ts";
import type { AppLink } from "../applink/app_link.ts";
import type { HttpContext } from "../http/context.ts";
import { ChildEnv } from "../desktop/child_env.ts";
import type { AppCommand, AppCommands } from "../state/app_link.ts";
import type { SecretCommands } from "../state/secrets.ts";
import type { Broker } from "./broker.ts";
import type { DaemonOptions, Ground } from "./ground.ts";
import { readSocketTable } from "./read_socket_table.ts";

export interface AppLinkParts {
  ground: Ground;
  configStore: ConfigStore;
  broker: Broker;
  secretCommands: SecretCommands;
  quit: () => void;
}

/** What is there once the daemon listens. */
export interface AppLinkRoutes {
  http: HttpContext;
  handler: (request: Request) => Response | Promise<Response>;
}

/** Of the app, in use and before. */
const rememberedTokens = 16;
/** Between two readings of the table of connections, in ms. */
const betweenReadingsMs = 50;

/** How long the last answers may take to be sent once the daemon's patience is over, in ms. */
const lastAnswersMs = 500;

/**
 * The desktop app's connection beside the broker, as long as the configuration says so. Where the daemon was started
 * without a place for the port file there is none. Its code is loaded when it starts.
 */
export class AppLinkPart implements AppCommands, AsyncDisposable {
  readonly #options: DaemonOptions;
  readonly #parts: AppLinkParts;
  readonly #childEnv = new ChildEnv();
  #link: AppLink | undefined;
  #running: { stop: AbortController; ended: Promise<void> } | undefined;
  #last = Promise.resolve();
  #unsubscribe = () => {};
  #uid: Promise<number | null> | undefined;
  #isStopping = () => false;
  /** The last that the app gave, which are kept out of logs and answers. */
  readonly #tokens: string[] = [];

  constructor(options: DaemonOptions, parts: AppLinkParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Serves apps from now on. */
  start(routes: AppLinkRoutes): void {
    const { configStore } = this.#parts;
    const { appLink } = this.#options;
    if (!appLink) return;
    this.#isStopping = () => routes.http.stopping.aborted;
    const follow = () => {
      this.#childEnv.see(configStore.config);
      this.#last = this.#last.then(() => this.#follow(appLink.portFile, routes));
    };
    follow();
    this.#unsubscribe = configStore.subscribe(follow);
  }

  async tellApp(command: AppCommand): Promise<void> {
    if (!this.#link) throw new Error("The app is not connected: the daemon does not serve it");
    await this.#link.tell(command);
  }

  async launchApp(): Promise<void> {
    const path = await this.#findApp();
    if (path === undefined) throw new Error("The app was not found; set app.command in the configuration to its path");
    const { launchApp } = await import("./launch_app.ts");
    const { clock } = this.#parts.ground;
    await launchApp(path, { clock, env: this.#options.env, childEnv: this.#childEnv.variables });
  }

  /** Resolves once no app is let in and none is being answered; to be asked when the daemon stops. */
  async drained(): Promise<void> {
    await this.#last;
    await this.#running?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    await this.#last;
    const { clock } = this.#parts.ground;
    const late = () => new Error("An answer is still on its way");
    if (this.#running && this.#isStopping()) {
      await within(lastAnswersMs, this.#running.ended, { clock, late }).catch(() => {});
    }
    await this.#stop();
  }

  async #follow(portFile: string, routes: AppLinkRoutes): Promise<void> {
    if (!this.#parts.configStore.config.app.enabled) return await this.#stop();
    if (this.#running) return;
    const stop = new AbortController();
    this.#running = { stop, ended: this.#run(portFile, routes, stop.signal) };
  }

  async #stop(): Promise<void> {
    this.#running?.stop.abort(new Error("Apps are not served any more"));
    await this.#running?.ended;
    this.#running = undefined;
  }

  async #run(portFile: string, routes: AppLinkRoutes, signal: AbortSignal): Promise<void> {
    const { ground: { clock, log }, broker: { reportPart: report } } = this.#parts;
    const service: Service = {
      name: "app link",
      run: async (signal) => {
        const { AppLink } = await import("../applink/app_link.ts");
        this.#link = new AppLink(await this.#context(portFile, routes));
        await this.#link.run(signal).finally(() => this.#link = undefined);
      },
    };
    await supervise([service], { signal, log, clock, report });
  }

  async #context(portFile: string, { http, handler }: AppLinkRoutes): Promise<AppLinkContext> {
    const { ground, configStore, broker, secretCommands, quit } = this.#parts;
    const { clock, log, secrets, redaction: { redact } } = ground;
    const { CloudSignIn } = await import("../applink/cloud_sign_in.ts");
    const { Peers } = await import("../applink/peers.ts");
    return {
      store: broker.store,
      status: http.status,
      ask: async (path, init) => {
        const headers = new Headers(init.headers);
        headers.set("authorization", `Bearer ${http.controlToken}`);
        const { listen } = http.status();
        headers.set("host", new URL(listen).host);
        return await handler(new Request(new URL(path, listen), { ...init, headers }));
      },
      signIn: new CloudSignIn({
        configStore,
        secrets: secretCommands,
        memory: {
          current: (name) => secrets.isInEnvironment(name) ? undefined : secrets.get(name),
          hold: (name, value) => this.#hold(name, value),
          forget: (name) => secrets.isInMemory(name) && secrets.changed(name, undefined),
        },
        signedOutFile: `${this.#options.paths.stateDir}/app_signed_out`,
        signal: http.stopping,
        clock,
        log,
      }),
      peers: new Peers({
        pause: () => sleep(betweenReadingsMs, { clock }),
        readTable: () => readSocketTable({ clock, env: this.#childEnv.variables }),
        ownUid: () => this.#ownUid(),
      }),
      quit,
      portFile,
      findApp: () => this.#findApp(),
      redact,
      stopping: http.stopping,
      report: broker.reportPart,
      clock,
      log,
    };
  }

  /** Tokens of an app are renewed every hour or so; to look for all that ever were would take longer and longer. */
  #hold(name: string, value: string): void {
    const { secrets, redaction } = this.#parts.ground;
    secrets.hold(name, value);
    this.#tokens.push(value);
    if (this.#tokens.length <= rememberedTokens) return;
    const oldest = this.#tokens.shift()!;
    if (!this.#tokens.includes(oldest)) redaction.forget(oldest);
  }

  /** It does not change. */
  async #ownUid(): Promise<number | null> {
    const { runtimeDir } = this.#options.paths;
    this.#uid ??= ownUid(runtimeDir);
    try {
      return await this.#uid;
    } catch (error) {
      this.#uid = undefined;
      throw error;
    }
  }

  async #findApp(): Promise<string | undefined> {
    const { findApp } = await import("../applink/find_app.ts");
    const { command } = this.#parts.configStore.config.app;
    return await findApp({ command, env: this.#options.env, ownProgram: selfCommand([]).program });
  }
}
