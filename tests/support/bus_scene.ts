import { systemClock } from "../../src/core/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Service } from "../../src/core/supervise.ts";
import type { Bus } from "../../src/dbus/types.ts";
import { BusLink } from "../../src/desktop/bus_link.ts";
import type { PerformAction } from "../../src/desktop/actions/perform_action.ts";
import type { TrayAction } from "../../src/desktop/tray/tray_model_types.ts";
import { DesktopScene, type DesktopSceneOptions } from "./desktop_context.ts";
import { inTime } from "./in_time.ts";
import { PrivateBus } from "./private_bus.ts";

/** A desktop scene whose services have a link to a bus of their own. Its time stands still, that of the bus does not. */
export class BusScene extends DesktopScene implements AsyncDisposable {
  readonly bus: PrivateBus;
  readonly link: BusLink;
  readonly performed: [action: TrayAction, from: { activationToken?: string }][] = [];
  readonly #ownsBus: boolean;
  readonly #stop = new AbortController();
  readonly #stopLink = new AbortController();
  readonly #linked: Promise<void>;
  readonly #running: Promise<void>[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(bus: PrivateBus, options: DesktopSceneOptions, ownsBus: boolean) {
    super(options);
    this.bus = bus;
    this.#ownsBus = ownsBus;
    this.link = new BusLink({ name: "session", address: bus.address, clock: systemClock, log: silentLog });
    this.#linked = this.link.run(this.#stopLink.signal);
  }

  static async start(options: DesktopSceneOptions & { bus?: PrivateBus } = {}): Promise<BusScene> {
    return new BusScene(options.bus ?? await PrivateBus.start(), options, options.bus === undefined);
  }

  readonly perform: PerformAction = (action, from) => {
    this.performed.push([action, from]);
    for (const look of [...this.#waiting]) look();
    return Promise.resolve();
  };

  run(service: Service): void {
    this.#running.push(service.run(this.#stop.signal));
  }

  /** Resolves when so many actions were asked for. */
  async hasPerformed(count: number): Promise<void> {
    const met = Promise.withResolvers<void>();
    const look = () => this.performed.length >= count && met.resolve();
    this.#waiting.add(look);
    look();
    await inTime(`${count} actions are performed`, met.promise).finally(() => this.#waiting.delete(look));
  }

  /** Ends the services; the connection lives on, so that they can say good-bye. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("The scene is over"));
    await inTime("the services end", Promise.all(this.#running));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#stopLink.abort(new Error("The scene is over"));
    await this.#linked;
    if (this.#ownsBus) await this.bus[Symbol.asyncDispose]();
  }
}

/** Waits for what only shows when asked: asks the bus for its id between looks, which takes its turn. */
export async function roundTripsUntil(what: string, bus: Bus, isThere: () => boolean): Promise<void> {
  const call = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
  const asking = async () => {
    while (!isThere()) await bus.call({ ...call, interface: "org.freedesktop.DBus", member: "GetId" });
  };
  await inTime(what, asking());
}
