import type { AppCommand } from "../state/app_link.ts";
import type { AppSeen } from "../state/app_link.ts";
import { AppClient } from "./app_client.ts";
import { together } from "./app_facts.ts";
import { changeKey, type ConnectionStatus, connectionStatus, connectionTypes } from "./connection_status.ts";
import type { ConnectionType } from "./connection_status.ts";
import type { AppLinkContext } from "./context.ts";

const maxClients = 32;
/** Of them those of other users. */
const maxOthers = 8;
/** So many may wait until it is known whose they are; the kernel holds the next ones back. */
const maxUnmet = 8;
/** Changes of the status within this time are told as one. */
const gatherMs = 200;

/** The apps that are connected. */
export class AppClients {
  readonly #context: AppLinkContext;
  readonly #lastSeen: (id: string) => number | undefined;
  /** In the order in which they last said something of themselves. */
  readonly #clients = new Set<AppClient>();
  readonly #serving = new Set<Promise<void>>();
  readonly #told = new Map<ConnectionType, string>();
  #unmet = 0;
  #whenMet = Promise.withResolvers<void>();
  #isClosed = false;
  #unsubscribe: (() => void) | undefined;
  #cancelGathering: (() => void) | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(context: AppLinkContext, lastSeen: (id: string) => number | undefined) {
    this.#context = context;
    this.#lastSeen = lastSeen;
  }

  /** Serves a new connection until it ends. */
  serve(conn: Deno.TcpConn): void {
    const serving = this.#serve(conn).finally(() => this.#serving.delete(serving));
    this.#serving.add(serving);
  }

  /** Resolves when another connection may be let in. */
  async room(): Promise<void> {
    while (this.#unmet >= maxUnmet && !this.#isClosed) await this.#whenMet.promise;
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    if (this.#isClosed || !this.#hasRoom()) return await refuse(conn);
    const client = new AppClient(conn, {
      context: this.#context,
      connectionStatus: () => this.#status(),
      onChange: (one) => this.#changed(one),
      onIdle: () => this.#lookIdle(),
    });
    this.#clients.add(client);
    this.#follow();
    void this.#meet(client);
    await client.run();
    this.#clients.delete(client);
    this.#lookIdle();
    if (this.#isClosed) return;
    if (this.#clients.size === 0) this.#unfollow();
    this.#show();
    if (this.#apps().length === 0) await this.#lookForApp();
  }

  async #meet(client: AppClient): Promise<void> {
    this.#unmet++;
    await client.met;
    this.#unmet--;
    this.#whenMet.resolve();
    this.#whenMet = Promise.withResolvers();
    const others = [...this.#clients].filter(({ kind }) => kind === "other");
    if (others.length > maxOthers) client.close();
  }

  /** Rejects where no app is connected. */
  // deno-lint-ignore require-await -- a throw is a rejection
  async tell(command: AppCommand): Promise<void> {
    const apps = this.#apps();
    if (apps.length === 0) throw new Error("The app is not connected; start it first");
    for (const app of apps) app.tell({ command });
  }

  /** It may have been installed or removed meanwhile. */
  async #lookForApp(): Promise<void> {
    const canLaunch = await this.#context.findApp() !== undefined;
    this.#update((app) => app.canLaunch === canLaunch ? app : { ...app, canLaunch });
  }

  /** Resolves when no request is being answered. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      this.#lookIdle();
    });
  }

  /** Resolves when all that was said to them was sent. */
  async sent(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.sent()));
  }

  /** Ends every connection; resolves when all have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#whenMet.resolve();
    this.#unfollow();
    for (const client of [...this.#clients]) client.close();
    await Promise.all(this.#serving);
  }

  /** Who is known to be of another user makes room first, then who cannot be told, and never who is not met yet. */
  #hasRoom(): boolean {
    if (this.#clients.size < maxClients) return true;
    const clients = [...this.#clients];
    const stranger = clients.find(({ kind }) => kind === "other") ?? clients.find(({ kind }) => kind === "unknown");
    stranger?.close();
    if (stranger) this.#clients.delete(stranger);
    return stranger !== undefined;
  }

  /** Those that may be the user's app. */
  #apps(): AppClient[] {
    return [...this.#clients].filter(({ kind }) => kind === "own" || kind === "unknown");
  }

  #changed(client: AppClient): void {
    if (this.#clients.delete(client)) this.#clients.add(client);
    this.#show();
  }

  #show(): void {
    const facts = this.#apps().map(({ facts }) => facts);
    this.#update(({ canLaunch, ...before }) => {
      const app = together(facts, canLaunch);
      return JSON.stringify(app) === JSON.stringify({ ...before, canLaunch }) ? undefined : app;
    });
  }

  /** `undefined`: as it is. */
  #update(change: (app: AppSeen) => AppSeen | undefined): void {
    this.#context.store.update((state) => {
      const app = state.app && change(state.app);
      return !app || app === state.app ? state : { ...state, app };
    });
  }

  #status(): Record<ConnectionType, ConnectionStatus> {
    return connectionStatus(this.#context.status(), this.#lastSeen);
  }

  #follow(): void {
    if (this.#unsubscribe) return;
    const status = this.#status();
    for (const type of connectionTypes) this.#told.set(type, changeKey(status[type]));
    const { store, clock } = this.#context;
    this.#unsubscribe = store.subscribe((state, previous) => {
      if (state.backends === previous.backends && state.mode === previous.mode) return;
      this.#cancelGathering ??= clock.after(gatherMs, () => {
        this.#cancelGathering = undefined;
        this.#inform();
      });
    });
  }

  #unfollow(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
  }

  #inform(): void {
    const statuses = this.#status();
    for (const type of connectionTypes) {
      const key = changeKey(statuses[type]);
      if (this.#told.get(type) === key) continue;
      this.#told.set(type, key);
      const news = { command: "CONNECTION_STATUS_CHANGED", connection_type: type, status: statuses[type] };
      for (const app of this.#apps()) app.inform(type, news);
    }
  }

  #lookIdle(): void {
    if (![...this.#clients].some(({ isBusy }) => isBusy)) this.#whenIdle?.();
  }
}

async function refuse(conn: Deno.TcpConn): Promise<void> {
  const words = { error: `${maxClients} apps are connected already; close one` };
  await conn.write(new TextEncoder().encode(`${JSON.stringify(words)}\n`)).catch(() => {});
  conn.close();
}
