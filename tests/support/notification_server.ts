import { type Bus, BusError, type Value } from "../../src/dbus/types.ts";
import { inTime } from "./in_time.ts";

const name = "org.freedesktop.Notifications";
const path = "/org/freedesktop/Notifications";

/** What `Notify` was given. */
export interface ShownNotification {
  id: number;
  appName: string;
  replacesId: number;
  appIcon: string;
  summary: string;
  body: string;
  /** Keys and labels in turn. */
  actions: readonly Value[];
  hints: Readonly<Record<string, Value>>;
  expireMs: number;
}

/**
 * A server for notifications that remembers (Desktop Notifications Specification 1.3). It takes no call whose signature
 * is not that of the specification, and refuses to close what it does not show. It leaves out the time after which one
 * goes by itself.
 */
export class NotificationServer {
  /** In the order in which they came. */
  readonly notified: ShownNotification[] = [];
  /** Ids that `CloseNotification` was given. */
  readonly closed: number[] = [];
  /** Those on the screen. */
  readonly shown = new Map<number, ShownNotification>();
  capabilities = ["actions", "body", "body-markup"];
  /** How often it was asked for its capabilities. */
  asked = 0;
  /** While set, `Notify` is not answered. */
  hold: Promise<void> | undefined;
  readonly #bus: Bus;
  readonly #waiting = new Set<() => void>();
  #lastId: number;

  private constructor(bus: Bus, firstId: number) {
    this.#bus = bus;
    this.#lastId = firstId - 1;
  }

  /** Takes the name on the connection. `firstId`: two servers in a row give different ones. */
  static async start(bus: Bus, { firstId = 1, capabilities }: { firstId?: number; capabilities?: string[] } = {}) {
    const server = new NotificationServer(bus, firstId);
    if (capabilities) server.capabilities = capabilities;
    server.#export();
    if (!await bus.requestName(name)) throw new Error("Another server for notifications runs on the test's bus");
    return server;
  }

  /** Resolves when the server has got what is wanted, as it may have already. */
  async until(what: string, isThere: (server: this) => boolean): Promise<void> {
    const met = Promise.withResolvers<void>();
    const look = () => isThere(this) && met.resolve();
    this.#waiting.add(look);
    look();
    await inTime(what, met.promise).finally(() => this.#waiting.delete(look));
  }

  /** A click on an action, with what a desktop lets a window come to the front by. */
  invoke(id: number, key: string, activationToken?: string): void {
    if (activationToken !== undefined) this.signal("ActivationToken", "us", [id, activationToken]);
    this.signal("ActionInvoked", "us", [id, key]);
  }

  /** The user waves it away, or its time is over. */
  dismiss(id: number): void {
    this.shown.delete(id);
    this.signal("NotificationClosed", "uu", [id, 2]);
  }

  signal(member: string, signature: string, body: readonly Value[]): void {
    this.#bus.emit({ path, interface: name, member, signature, body });
  }

  #export(): void {
    this.#bus.export(path, {
      name,
      methods: {
        GetCapabilities: {
          in: [],
          out: [["capabilities", "as"]],
          call: () => {
            this.asked++;
            return [this.capabilities];
          },
        },
        Notify: {
          in: [
            ["app_name", "s"],
            ["replaces_id", "u"],
            ["app_icon", "s"],
            ["summary", "s"],
            ["body", "s"],
            ["actions", "as"],
            ["hints", "a{sv}"],
            ["expire_timeout", "i"],
          ],
          out: [["id", "u"]],
          answersLater: true,
          call: async (args) => {
            await this.hold;
            return [this.#notify(args)];
          },
        },
        CloseNotification: {
          in: [["id", "u"]],
          out: [],
          call: ([id]) => {
            this.#close(Number(id));
            return [];
          },
        },
      },
      signals: {
        ActionInvoked: [["id", "u"], ["action_key", "s"]],
        ActivationToken: [["id", "u"], ["activation_token", "s"]],
        NotificationClosed: [["id", "u"], ["reason", "u"]],
      },
    });
  }

  #notify([appName, replacesId, appIcon, summary, body, actions, hints, expireMs]: readonly Value[]): number {
    const id = this.shown.has(Number(replacesId)) ? Number(replacesId) : ++this.#lastId;
    const shown = { id, appName, replacesId, appIcon, summary, body, actions, hints, expireMs } as ShownNotification;
    this.notified.push(shown);
    this.shown.set(id, shown);
    this.#wake();
    return id;
  }

  #close(id: number): void {
    if (!this.shown.delete(id)) throw new BusError(`${name}.Error`, `Nothing has id ${id}`);
    this.closed.push(id);
    this.signal("NotificationClosed", "uu", [id, 3]);
    this.#wake();
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
