import { LinkedAbort } from "../core/abort.ts";
import { type Clock, sleep } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { ReportPart } from "../core/part_seen.ts";
import { restartPauseMs, type Service } from "../core/supervise.ts";
import { untilAborted } from "../core/until_aborted.ts";
import { connectBus } from "../dbus/connect.ts";
import type { Bus } from "../dbus/types.ts";

const longestPauseMs = 30_000;
const healthyAfterMs = 10_000;

const withoutIt = {
  session: "No session bus: running without tray, notifications and D-Bus",
  system: "No system bus: sleep, network and battery are not followed",
};

type Listener = (bus: Bus | undefined) => void;

export interface BusLinkOptions {
  name: "session" | "system";
  /** `undefined`: this machine has none. */
  address: string | undefined;
  clock: Clock;
  log: Log;
  connect?: typeof connectBus;
  /** Told whether there is a connection. */
  report?: ReportPart;
  /** From 0 up to 1, for jitter. */
  random?: () => number;
}

/**
 * Keeps a connection to a bus for as long as it runs, a new one whenever the old one ended. Says once that there is
 * none, and once that there is one again.
 */
export class BusLink implements Service {
  readonly name: string;
  readonly #options: BusLinkOptions;
  readonly #listeners = new Set<{ listener: Listener }>();
  #bus?: Bus;
  #hasToldOfNone = false;

  constructor(options: BusLinkOptions) {
    this.name = `${options.name} bus`;
    this.#options = options;
  }

  /** The connection of now. */
  get bus(): Bus | undefined {
    return this.#bus;
  }

  /** Tells each change of `bus`, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { address, clock, random = Math.random } = this.#options;
    if (address === undefined) {
      this.#tellOfNone("this session has none");
      return await untilAborted(signal);
    }
    for (let failures = 0; !signal.aborted;) {
      const startedAt = clock.monotonic();
      const reason = await this.#connectOnce(address, signal);
      if (signal.aborted) return;
      failures = clock.monotonic() - startedAt >= healthyAfterMs ? 1 : failures + 1;
      this.#tellOfNone(reason);
      await sleep(Math.min(longestPauseMs, restartPauseMs(failures, random())), { clock, signal }).catch(() => {});
    }
  }

  /** Connects and waits for the connection's end; resolves to what is the matter. */
  async #connectOnce(address: string, signal: AbortSignal): Promise<string> {
    const { clock, log, connect = connectBus } = this.#options;
    const onError = (error: unknown) => log.warn("What a signal of the bus caused failed", { error: messageOf(error) });
    try {
      using bus = await connect(address, { clock, signal, onError });
      if (this.#hasToldOfNone) log.info(`The ${this.name} is there again`);
      this.#hasToldOfNone = false;
      using either = new LinkedAbort(signal, bus.closed);
      this.#set(bus);
      await untilAborted(either.signal);
      return messageOf(either.signal.reason);
    } catch (error) {
      return messageOf(error);
    } finally {
      if (this.#bus) this.#set(undefined);
    }
  }

  #tellOfNone(reason: string): void {
    this.#options.report?.(this.name, { state: "waiting", reason: `There is no ${this.name}: ${reason}` });
    if (this.#hasToldOfNone) return;
    this.#hasToldOfNone = true;
    this.#options.log.info(withoutIt[this.#options.name], { reason });
  }

  #set(bus: Bus | undefined): void {
    this.#bus = bus;
    if (bus) this.#options.report?.(this.name, { state: "running" });
    for (const { listener } of [...this.#listeners]) listener(bus);
  }
}

/**
 * Runs `use` for each connection, with a signal that aborts when that connection ends or `signal` does. Resolves when
 * `signal` aborts; what `use` throws while its connection lives is thrown. One that returned is run again with the next
 * connection.
 */
export async function eachConnection(
  link: BusLink,
  signal: AbortSignal,
  use: (bus: Bus, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let last: Bus | undefined;
  while (!signal.aborted) {
    const bus = await nextBus(link, signal, last);
    if (!bus) return;
    last = bus;
    using either = new LinkedAbort(signal, bus.closed);
    try {
      await use(bus, either.signal);
    } catch (error) {
      if (!either.signal.aborted) throw error;
    }
  }
}

/** The next connection that is not `last`; `undefined` once `signal` aborts. */
async function nextBus(link: BusLink, signal: AbortSignal, last: Bus | undefined): Promise<Bus | undefined> {
  const found = Promise.withResolvers<Bus | undefined>();
  const offer = (bus: Bus | undefined) => {
    if (bus && bus !== last && !bus.closed.aborted) found.resolve(bus);
  };
  const onAbort = () => found.resolve(undefined);
  const unsubscribe = link.subscribe(offer);
  signal.addEventListener("abort", onAbort, { once: true });
  offer(link.bus);
  if (signal.aborted) onAbort();
  try {
    return await found.promise;
  } finally {
    unsubscribe();
    signal.removeEventListener("abort", onAbort);
  }
}
