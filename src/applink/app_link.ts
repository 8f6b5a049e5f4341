import { LinkedAbort } from "../core/abort.ts";
import { sleep } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { within } from "../core/within.ts";
import { untilAborted } from "../core/until_aborted.ts";
import type { AppCommand, AppSeen } from "../state/app_link.ts";
import type { AppClients } from "./app_clients.ts";
import type { AppLinkContext } from "./context.ts";
import { LastSeen } from "./last_seen.ts";
import { PortFile } from "./port_file.ts";

/** How this part of the daemon is called in `status`. */
const name = "app link";
/** How often the port file is looked at, in ms: another daemon may have ended, or have put its own there. */
const lookEveryMs = 30_000;
/** How long the last answers of a daemon that stops may take to be sent, in ms. */
const lastAnswersMs = 1_000;

const nobody: AppSeen = {
  clients: 0,
  authenticated: false,
  tooltip: null,
  icon: null,
  reported: null,
  canLaunch: false,
};

/**
 * The desktop app's connection: a socket on this machine whose port is in a file. What speaks the protocol is loaded
 * when a first app connects. Ends once the daemon stops and no request of an app is being answered.
 */
export class AppLink {
  readonly #context: AppLinkContext;
  #clients: AppClients | undefined;

  constructor(context: AppLinkContext) {
    this.#context = context;
  }

  /** Rejects where no app is connected. */
  async tell(command: AppCommand): Promise<void> {
    if (!this.#clients) throw new Error("The app is not connected; start it first");
    await this.#clients.tell(command);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, stopping, findApp } = this.#context;
    using lastSeen = new LastSeen(store, () => clock.now());
    using accepting = new LinkedAbort(signal, stopping);
    const canLaunch = await findApp() !== undefined;
    store.update((state) => ({ ...state, app: { ...nobody, canLaunch } }));
    try {
      await this.#accept(accepting, lastSeen);
      await this.#finish(signal);
    } finally {
      await this.#clients?.close();
      this.#clients = undefined;
      store.update((state) => ({ ...state, app: null }));
    }
  }

  async #accept(accepting: LinkedAbort, lastSeen: LastSeen): Promise<void> {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const stop = () => closeQuietly(listener);
    accepting.signal.addEventListener("abort", stop, { once: true });
    if (accepting.signal.aborted) stop();
    const keeping = this.#keepPortFile(listener.addr.port, accepting.signal);
    try {
      for (;;) {
        const conn = await accept(listener);
        if (conn) await this.#serve(conn, lastSeen);
        await this.#clients?.room();
      }
    } catch (error) {
      if (!accepting.signal.aborted) throw error;
    } finally {
      accepting.abort(new Error("No app is let in any more"));
      await keeping;
    }
  }

  async #serve(conn: Deno.TcpConn, lastSeen: LastSeen): Promise<void> {
    try {
      if (!this.#clients) {
        const { AppClients } = await import("./app_clients.ts");
        this.#clients = new AppClients(this.#context, lastSeen.of);
      }
      this.#clients.serve(conn);
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  /** Never rejects: without the file apps cannot come, and that may heal. */
  async #keepPortFile(port: number, signal: AbortSignal): Promise<void> {
    const { clock, portFile: path, peers, log } = this.#context;
    const isDaemonAt = async (other: number) =>
      !await peers.isOthers(other) && await (await import("./ping_port.ts")).isDaemonAt(other, clock);
    const file = new PortFile({ path, port, isDaemonAt });
    let told = "";
    while (!signal.aborted) {
      const trouble = await this.#claim(file);
      if (trouble !== told) {
        if (trouble === "") log.info("Apps can connect", { port, portFile: path });
        else log.warn("Apps cannot connect to this daemon", { reason: trouble });
      }
      told = trouble;
      await sleep(lookEveryMs, { clock, signal }).catch(() => {});
    }
    await file.remove().catch((error) => log.warn("Cannot remove the port file", { reason: messageOf(error) }));
  }

  /** What keeps apps away; "": nothing. */
  async #claim(file: PortFile): Promise<string> {
    const { report } = this.#context;
    try {
      const claim = await file.claim();
      if (claim.kind === "ours") {
        report(name, { state: "running" });
        return "";
      }
      const reason = `Another daemon serves them on port ${claim.port}; this one takes over when that has ended`;
      report(name, { state: "waiting", reason });
      return reason;
    } catch (error) {
      const reason = messageOf(error);
      report(name, { state: "failed", reason });
      return reason;
    }
  }

  /** Lets the requests that run be answered. */
  async #finish(signal: AbortSignal): Promise<void> {
    const clients = this.#clients;
    if (!clients || signal.aborted) return;
    await Promise.race([clients.idle(), untilAborted(signal)]);
    const late = () => new Error("An app does not read");
    await within(lastAnswersMs, clients.sent(), { clock: this.#context.clock, late }).catch(() => {});
  }
}

/** `undefined`: who came has left before. Rejects when the listener is closed. */
async function accept(listener: Deno.TcpListener): Promise<Deno.TcpConn | undefined> {
  try {
    return await listener.accept();
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.ConnectionReset) {
      return undefined;
    }
    throw error;
  }
}

function closeQuietly(listener: Deno.Listener): void {
  try {
    listener.close();
  } catch {
    // It is closed.
  }
}
