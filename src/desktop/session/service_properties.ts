import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { untilAborted } from "../../core/until_aborted.ts";
import type { Bus, Signal, Value } from "../../dbus/types.ts";

/** An interface of one object of a service. */
export interface ServiceInterface {
  /** Well-known name. */
  service: string;
  path: string;
  interface: string;
}

export type Properties = Readonly<Record<string, Value>>;

export interface FollowOptions {
  signal: AbortSignal;
  log: Log;
  /** Told now and after each change; `undefined`: the service is not there, or does not tell. */
  onProperties: (properties: Properties | undefined) => void;
}

const propertiesInterface = "org.freedesktop.DBus.Properties";

/**
 * Follows the properties of a service, which may come, go and come again, until `signal` aborts; then nothing is known
 * of it any more. Never starts the service. Rejects only when the bus does not let it watch.
 */
export async function followProperties(bus: Bus, target: ServiceInterface, options: FollowOptions): Promise<void> {
  const follower = new Follower(bus, target, options);
  using ends = new DisposableStack();
  ends.defer(() => options.onProperties(undefined));
  const rule = { sender: target.service, path: target.path, interface: propertiesInterface };
  const changed = { ...rule, member: "PropertiesChanged", arg0: target.interface };
  ends.defer(await bus.watch(changed, (signal) => follower.onChanged(signal)));
  ends.defer(await bus.watchName(target.service, (owner) => follower.onOwner(owner)));
  await untilAborted(options.signal);
}

/** What is known of one owner of the name. */
interface Known {
  owner: string;
  /** `undefined` until they were read. */
  properties: Properties | undefined;
  /** What changed while they are being read: it may be newer than what is read. */
  changed: Record<string, Value>;
}

class Follower {
  readonly #bus: Bus;
  readonly #target: ServiceInterface;
  readonly #options: FollowOptions;
  #known: Known | undefined;

  constructor(bus: Bus, target: ServiceInterface, options: FollowOptions) {
    this.#bus = bus;
    this.#target = target;
    this.#options = options;
  }

  onOwner(owner: string | undefined): void {
    if (owner !== undefined) return void this.#read(owner);
    this.#known = undefined;
    this.#options.onProperties(undefined);
  }

  onChanged({ sender, body }: Signal): void {
    const known = this.#known;
    const [name, changed, invalidated] = body;
    if (!known || sender !== known.owner || name !== this.#target.interface || !isProperties(changed)) return;
    if (Array.isArray(invalidated) && invalidated.length > 0) return void this.#read(known.owner);
    if (!known.properties) return void Object.assign(known.changed, changed);
    known.properties = { ...known.properties, ...changed };
    this.#options.onProperties(known.properties);
  }

  async #read(owner: string): Promise<void> {
    const { signal, log, onProperties } = this.#options;
    const known: Known = { owner, properties: undefined, changed: {} };
    this.#known = known;
    const read = await this.#all(owner).catch((error) => {
      if (!signal.aborted && this.#known === known) {
        log.debug("A service of the system does not tell its properties", {
          service: this.#target.service,
          error: messageOf(error),
        });
      }
      return undefined;
    });
    if (signal.aborted || this.#known !== known) return;
    if (read) known.properties = { ...read, ...known.changed };
    onProperties(known.properties);
  }

  async #all(owner: string): Promise<Properties> {
    const { path, interface: name } = this.#target;
    const call = { destination: owner, path, interface: propertiesInterface, member: "GetAll" };
    const [all] = await this.#bus.call({ ...call, signature: "s", body: [name] }, { signal: this.#options.signal });
    return isProperties(all) ? all : {};
  }
}

function isProperties(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
