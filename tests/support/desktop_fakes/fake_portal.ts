import { type Bus, BusError, type ExportedMethod } from "../../../src/dbus/types.ts";
import { variant } from "../../../src/dbus/variant.ts";

const path = "/org/freedesktop/portal/desktop";
const name = "org.freedesktop.portal.Settings";
const namespace = "org.freedesktop.appearance";

export interface FakePortalOptions {
  scheme: number;
  /** 1: as before `ReadOne`. Default: 2. */
  version?: 1 | 2;
  /** Waited for before each answer. */
  hold?: Promise<void>;
}

/** The settings of a desktop portal, of which it has the preferred style only. */
export class FakePortal {
  readonly #bus: Bus;
  #scheme: number;
  readonly reads: string[] = [];

  private constructor(bus: Bus, scheme: number) {
    this.#bus = bus;
    this.#scheme = scheme;
  }

  static async start(bus: Bus, { scheme, version = 2, hold }: FakePortalOptions): Promise<FakePortal> {
    const portal = new FakePortal(bus, scheme);
    const reading = (member: string, wrapped: boolean): ExportedMethod => ({
      in: [["namespace", "s"], ["key", "s"]],
      out: [["value", "v"]],
      answersLater: true,
      async call([space, key]) {
        portal.reads.push(member);
        const value = variant("u", portal.#scheme);
        await hold;
        if (space !== namespace || key !== "color-scheme") {
          throw new BusError("org.freedesktop.portal.Error.NotFound", "Requested setting not found");
        }
        return [wrapped ? variant("v", value) : value];
      },
    });
    bus.export(path, {
      name,
      methods: { Read: reading("Read", true), ...(version === 2 ? { ReadOne: reading("ReadOne", false) } : {}) },
      signals: { SettingChanged: [["namespace", "s"], ["key", "s"], ["value", "v"]] },
    });
    if (!await bus.requestName("org.freedesktop.portal.Desktop")) throw new Error("The portal's name is taken");
    return portal;
  }

  /** The user picks another style; or another setting changes. */
  change(scheme: number, { key = "color-scheme", space = namespace } = {}): void {
    if (key === "color-scheme" && space === namespace) this.#scheme = scheme;
    const body = [space, key, variant("u", scheme)];
    this.#bus.emit({ path, interface: name, member: "SettingChanged", signature: "ssv", body });
  }

  stop(): void {
    this.#bus.close();
  }
}
