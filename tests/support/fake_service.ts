import type { Bus, Value, Variant } from "../../src/dbus/types.ts";
import type { PrivateBus } from "./private_bus.ts";

/** A service with properties, in the hands of a test. It answers nothing else. */
export class FakeService implements Disposable {
  readonly #bus: Bus;
  readonly #target: { path: string; interface: string };
  readonly #values: Record<string, Variant>;

  private constructor(bus: Bus, target: { path: string; interface: string }, values: Record<string, Variant>) {
    this.#bus = bus;
    this.#target = target;
    this.#values = values;
  }

  static async start(
    at: PrivateBus,
    target: { service: string; path: string; interface: string },
    values: Record<string, Variant> = {},
  ): Promise<FakeService> {
    const bus = await at.connect();
    const fake = new FakeService(bus, target, { ...values });
    const properties = Object.entries(values).map(([name, { signature }]) => {
      return [name, { signature, get: () => fake.#values[name].value }] as const;
    });
    bus.export(target.path, { name: target.interface, properties: Object.fromEntries(properties) });
    await bus.requestName(target.service);
    return fake;
  }

  /** Changes properties that it has, and tells so. */
  set(values: Record<string, Value>): void {
    for (const [name, value] of Object.entries(values)) this.#values[name] = { ...this.#values[name], value };
    this.#bus.emitPropertiesChanged(this.#target.path, this.#target.interface, Object.keys(values));
  }

  emit(member: string, signature: string, body: readonly Value[]): void {
    this.#bus.emit({ ...this.#target, member, signature, body });
  }

  /** Its connection ends, as when it crashes. */
  [Symbol.dispose](): void {
    this.#bus.close();
  }
}

export const networkManager = {
  service: "org.freedesktop.NetworkManager",
  path: "/org/freedesktop/NetworkManager",
  interface: "org.freedesktop.NetworkManager",
};

export const upower = {
  service: "org.freedesktop.UPower",
  path: "/org/freedesktop/UPower",
  interface: "org.freedesktop.UPower",
};

export const logind = {
  service: "org.freedesktop.login1",
  path: "/org/freedesktop/login1",
  interface: "org.freedesktop.login1.Manager",
};

/** NetworkManager, connected unless told otherwise. */
export function startNetworkManager(bus: PrivateBus, connectivity = 4): Promise<FakeService> {
  const [Connectivity, State, Metered] = [connectivity, connectivity === 4 ? 70 : 20, 4].map((value) => ({
    signature: "u",
    value,
  }));
  return FakeService.start(bus, networkManager, { Connectivity, State, Metered });
}
