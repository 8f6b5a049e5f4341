import { AppLink } from "../../src/applink/app_link.ts";
import type { AppLinkContext } from "../../src/applink/context.ts";
import type { CloudSignIn } from "../../src/applink/cloud_sign_in.ts";
import { Peers } from "../../src/applink/peers.ts";
import type { PartSeen } from "../../src/core/part_seen.ts";
import { silentLog } from "../../src/core/log.ts";
import type { AppState } from "../../src/state/app_state.ts";
import { initialState, statusReport } from "../../src/state/status_report.ts";
import { Store } from "../../src/state/store.ts";
import { FakeClock } from "./fake_clock.ts";
import { OldApp } from "./old_app.ts";
import { readSocketTable } from "../../src/app/read_socket_table.ts";
import { systemClock } from "../../src/core/clock.ts";

/** The app link alone, on a real socket, with a clock that moves when told. It leaves out the broker and the cloud. */
export class AppLinkScene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly store = new Store<AppState>(initialState("local-first"));
  readonly folder: string;
  readonly reports: PartSeen[] = [];
  readonly link: AppLink;
  readonly context: AppLinkContext;
  readonly stopping = new AbortController();
  readonly #stop = new AbortController();
  #running = Promise.resolve();

  private constructor(folder: string, more: Partial<AppLinkContext>) {
    this.folder = folder;
    const facts = { listen: "http://127.0.0.1:11435", version: "0.0.0-test", pid: 1, uptimeMs: 1 };
    this.context = {
      store: this.store,
      status: () => statusReport(this.store.state, { ...facts, now: this.clock.monotonic() }),
      ask: () => Promise.reject(new Error("There is no broker here")),
      signIn: { set: () => Promise.resolve() } as unknown as CloudSignIn,
      peers: new Peers({
        readTable: () => readSocketTable({ clock: systemClock, env: {} }),
        ownUid: () => Promise.resolve(Deno.uid()),
      }),
      quit: () => {},
      portFile: `${folder}/.cloudtolocalllm/tray_port`,
      findApp: () => Promise.resolve(undefined),
      redact: (text) => text,
      stopping: this.stopping.signal,
      report: (_name, seen) => this.reports.push(seen),
      clock: this.clock,
      log: silentLog,
      ...more,
    };
    this.link = new AppLink(this.context);
  }

  static async make(more: Partial<AppLinkContext> = {}): Promise<AppLinkScene> {
    return new AppLinkScene(await Deno.makeTempDir({ prefix: "app-link-" }), more);
  }

  run(): void {
    this.#running = this.link.run(this.#stop.signal);
  }

  connect(): Promise<OldApp> {
    return OldApp.find(this.context.portFile);
  }

  async end(): Promise<void> {
    this.#stop.abort(new Error("The test is over"));
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await Deno.remove(this.folder, { recursive: true });
  }
}
