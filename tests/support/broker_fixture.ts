import { type Daemon, type DaemonOptions, startDaemon } from "../../src/app.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { StatusReport } from "../../src/state/status.ts";

export type BackendInput = NonNullable<ConfigInput["backends"]>[number];

export interface BrokerFixtureOptions {
  env?: Record<string, string>;
  clock?: Clock;
  /** Whether, and with which services, it appears on the desktop. Default: not at all. */
  desktop?: DaemonOptions["desktop"];
  /** Whether it serves the desktop app, by this file or one in its folder. Default: no. */
  appLink?: boolean | { portFile: string };
}

/** A whole daemon in this process, on a free port, with a configuration folder of its own. */
export class BrokerFixture implements AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly daemon: Daemon;
  /** Log lines so far. */
  readonly log: string[];
  readonly token: string;

  private constructor(folder: string, daemon: Daemon, log: string[], token: string) {
    this.folder = folder;
    this.daemon = daemon;
    this.url = daemon.url;
    this.log = log;
    this.token = token;
  }

  static async start(config: Omit<ConfigInput, "version">, options: BrokerFixtureOptions = {}): Promise<BrokerFixture> {
    const folder = await Deno.makeTempDir({ prefix: "broker-test-" });
    const log: string[] = [];
    const configFile = `${folder}/config.json`;
    const controlFile = `${folder}/control.json`;
    const listen = { port: 0, ...config.listen };
    await Deno.writeTextFile(configFile, JSON.stringify({ version: 1, ...config, listen }));
    try {
      const daemon = await startDaemon({
        paths: { configFile, stateDir: folder, runtimeDir: folder, controlFile },
        overrides: {},
        env: (name) => options.env?.[name],
        writeLog: (line) => log.push(line),
        version: "0.0.0-test",
        clock: options.clock,
        desktop: options.desktop,
        appLink: options.appLink === true ? { portFile: portFileIn(folder) } : options.appLink || undefined,
      });
      const { token } = JSON.parse(await Deno.readTextFile(controlFile));
      return new BrokerFixture(folder, daemon, log, token);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /** Changes the configuration as a merge patch does. */
  async edit(changes: Omit<ConfigInput, "version">): Promise<void> {
    const { version } = await (await this.control("/config")).json();
    const response = await this.control("/config", { method: "PATCH", body: JSON.stringify({ version, changes }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`The configuration was not changed: ${text}`);
  }

  /** By which apps find it, where it serves them by a file of its own. */
  get portFile(): string {
    return portFileIn(this.folder);
  }

  /** A request to the model API; `body` is sent as JSON. The caller must take the response's body. */
  ask(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { method: "POST", body: JSON.stringify(body), ...init });
  }

  /** A request to the control API. */
  control(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, ...init.headers };
    return fetch(`${this.url}/control/v1${path}`, { ...init, headers });
  }

  async status(): Promise<StatusReport> {
    return await (await this.control("/status")).json();
  }

  /** Follows the daemon's events until the state is as wanted; throws after `withinMs`. */
  async waitFor(isWanted: (status: StatusReport) => boolean, withinMs = 15_000): Promise<StatusReport> {
    const abort = new AbortController();
    let last: StatusReport | undefined;
    const timer = setTimeout(() => abort.abort(), withinMs);
    try {
      const response = await this.control("/events", { signal: abort.signal });
      let text = "";
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const events = text.split("\n\n");
        text = events.pop()!;
        for (const event of events) {
          last = JSON.parse(event.split("\n").find((line) => line.startsWith("data:"))!.slice(5));
          if (isWanted(last!)) return last!;
        }
      }
      throw new Error("The events ended");
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      throw new Error(`Not as wanted within ${withinMs} ms, last seen: ${JSON.stringify(last)}`);
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }

  /** Waits until every enabled backend was checked once. */
  waitUntilChecked(): Promise<StatusReport> {
    return this.waitFor(({ backends }) => backends.every(({ health }) => health !== "unknown"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.close();
    await this.daemon.closed;
    await Deno.remove(this.folder, { recursive: true });
  }
}

function portFileIn(folder: string): string {
  return `${folder}/.cloudtolocalllm/tray_port`;
}
