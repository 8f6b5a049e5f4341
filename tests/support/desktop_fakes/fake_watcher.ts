import { type Bus, BusError } from "../../../src/dbus/types.ts";
import { inTime } from "../in_time.ts";

const name = "org.kde.StatusNotifierWatcher";

/**
 * The part of a panel that items register with. Like real ones it takes unique names and forgets an item when its
 * connection ends. It leaves out what hosts ask of a watcher: here the test is the host.
 */
export class FakeWatcher {
  readonly #bus: Bus;
  /** Arguments and senders of all registrations so far. */
  readonly calls: { service: string; sender: string }[] = [];
  /** Unique names of the items that are there. */
  readonly items = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #refusal: BusError | undefined;

  private constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** `refuses`: it answers registrations with an error. */
  static async start(bus: Bus, { refuses = false } = {}): Promise<FakeWatcher> {
    const watcher = new FakeWatcher(bus);
    if (refuses) watcher.#refusal = new BusError("org.freedesktop.DBus.Error.AccessDenied", "No more items");
    bus.export("/StatusNotifierWatcher", {
      name,
      methods: {
        RegisterStatusNotifierItem: {
          in: [["service", "s"]],
          out: [],
          call: ([service], { sender }) => watcher.#register(service as string, sender),
        },
      },
      properties: {
        RegisteredStatusNotifierItems: { signature: "as", get: () => [...watcher.items] },
        IsStatusNotifierHostRegistered: { signature: "b", get: () => true },
        ProtocolVersion: { signature: "i", get: () => 0 },
      },
      signals: { StatusNotifierItemRegistered: [["service", "s"]], StatusNotifierHostRegistered: [] },
    });
    if (!await bus.requestName(name)) throw new Error(`${name} is taken`);
    return watcher;
  }

  /** The panel ends, its connection with it. */
  stop(): void {
    this.#bus.close();
  }

  /** Resolves to the latest of `count` registrations. */
  async registered(count = 1): Promise<string> {
    await this.#until(`${count} registrations`, () => this.calls.length >= count);
    return this.calls[count - 1].service;
  }

  /** Resolves when no item is left. */
  emptied(): Promise<void> {
    return this.#until("the items go", () => this.items.size === 0);
  }

  #register(service: string, sender: string): [] {
    this.calls.push({ service, sender });
    if (!this.#refusal) this.items.add(service);
    const follow = (owner: string | undefined) => {
      if (!owner) this.items.delete(service);
      this.#tell();
    };
    // The panel may end meanwhile.
    this.#bus.watchName(service, follow).catch(() => {});
    this.#tell();
    if (this.#refusal) throw this.#refusal;
    return [];
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => isSo() && resolve();
    this.#listeners.add(look);
    look();
    await inTime(`the watcher sees ${what}`, promise);
    this.#listeners.delete(look);
  }
}
