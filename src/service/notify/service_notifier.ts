import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { within } from "../../core/within.ts";

export interface ServiceNotifierOptions {
  env: (name: string) => string | undefined;
  /** A folder of ours for the sender's own socket. */
  runtimeDir: string;
  clock: Clock;
  log: Log;
}

/** Patience with a manager whose queue is full, in ms. */
const sendMs = 1_000;
/** Nobody in their senses wants it more often, in ms. */
const leastFeedMs = 100;

/** What may be said, by sd_notify(3). */
export type ServiceState = Readonly<
  Partial<Record<"READY" | "STOPPING" | "WATCHDOG" | "STATUS" | "EXTEND_TIMEOUT_USEC", string>>
>;

/**
 * Tells a service manager how the daemon fares, by sd_notify(3), and that it lives, as often as its watchdog wants: a
 * datagram to the socket that `NOTIFY_SOCKET` names.
 */
export class ServiceNotifier implements Disposable {
  readonly #socket: Deno.DatagramConn;
  readonly #to: Deno.UnixAddr;
  readonly #clock: Clock;
  readonly #log: Log;
  #cancelWatchdog = () => {};
  #last: Promise<unknown> = Promise.resolve();
  #isTold = false;
  #hasEnded = false;

  private constructor(socket: Deno.DatagramConn, to: Deno.UnixAddr, { clock, log }: ServiceNotifierOptions) {
    this.#socket = socket;
    this.#to = to;
    this.#clock = clock;
    this.#log = log;
  }

  /** `undefined`: nobody asked to be told, or cannot be told. */
  static async open(options: ServiceNotifierOptions): Promise<ServiceNotifier | undefined> {
    const { env, runtimeDir, log } = options;
    const path = env("NOTIFY_SOCKET");
    if (!path) return undefined;
    const own = `${runtimeDir}/notify-${crypto.randomUUID().slice(0, 8)}`;
    try {
      if (!path.startsWith("/")) throw new Error(`NOTIFY_SOCKET is ${path}, and only a path can be used`);
      await Deno.mkdir(runtimeDir, { recursive: true, mode: 0o700 });
      const socket = listen({ transport: "unixpacket", path: own });
      // What sends needs no name.
      await Deno.remove(own);
      const notifier = new ServiceNotifier(socket, { transport: "unixpacket", path }, options);
      notifier.#feedWatchdog(Number(env("WATCHDOG_USEC")) / 1_000);
      return notifier;
    } catch (error) {
      log.warn("The service manager cannot be told how the daemon fares", { reason: messageOf(error) });
      return undefined;
    }
  }

  /** Resolves when it was said, or could not be: that is only logged, once. */
  async say(state: ServiceState): Promise<void> {
    const lines = Object.entries(state).map(([key, value]) => `${key}=${value.replaceAll("\n", " ")}`);
    const bytes = new TextEncoder().encode(lines.join("\n"));
    // One after the other: an older status must not come last.
    if (this.#hasEnded) return;
    const sent = this.#last.then(() => this.#socket.send(bytes, this.#to));
    this.#last = sent.catch(() => {});
    try {
      await within(sendMs, sent, { clock: this.#clock, late: () => this.#end() });
    } catch (error) {
      if (!this.#isTold) this.#log.warn("The service manager does not listen", { reason: messageOf(error) });
      this.#isTold = true;
    }
  }

  [Symbol.dispose](): void {
    if (!this.#hasEnded) this.#end();
  }

  /** A manager that takes nothing is asked no more: Deno would go on trying with all that a processor has. */
  #end(): Error {
    this.#hasEnded = true;
    this.#cancelWatchdog();
    this.#socket.close();
    return new Error("it has taken no message for a second");
  }

  /** Twice as often as demanded, as sd_watchdog_enabled(3) advises. */
  #feedWatchdog(withinMs: number): void {
    if (!(withinMs > 0)) return;
    const everyMs = Math.max(leastFeedMs, withinMs / 2);
    const feed = () => {
      void this.say({ WATCHDOG: "1" });
      this.#cancelWatchdog = this.#clock.after(everyMs, feed);
    };
    this.#cancelWatchdog = this.#clock.after(everyMs, feed);
  }
}

/** Deno has datagrams of Unix sockets only with `--unstable-net`. */
function listen(options: { transport: "unixpacket"; path: string }): Deno.DatagramConn {
  const { listenDatagram } = Deno as unknown as { listenDatagram?: (options: object) => Deno.DatagramConn };
  if (!listenDatagram) throw new Error("the runtime was started without --unstable-net");
  return listenDatagram(options);
}
