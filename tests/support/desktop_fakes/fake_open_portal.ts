import { type Bus, BusError, type Value } from "../../../src/dbus/types.ts";
import { inTime } from "../in_time.ts";

type Options = Record<string, Value>;

export interface OpenPortalBehaviour {
  /** Code of the Response; absent: none comes. */
  code?: number;
  /** Whether the Response comes before the answer of the call. */
  isEarly?: boolean;
  /** A request's path of its own, as portals before 0.9 have. */
  path?: string;
  /** The call is answered with an error. */
  error?: string;
}

/** org.freedesktop.portal.OpenURI as far as we ask it: it opens nothing, and answers as it is told. */
export class FakeOpenPortal {
  readonly calls: { parent: Value; uri: Value; options: Options }[] = [];
  readonly #asked = Promise.withResolvers<void>();

  static async start(bus: Bus, behaviour: OpenPortalBehaviour): Promise<FakeOpenPortal> {
    const portal = new FakeOpenPortal();
    bus.export("/org/freedesktop/portal/desktop", {
      name: "org.freedesktop.portal.OpenURI",
      methods: {
        OpenURI: {
          in: [["parent_window", "s"], ["uri", "s"], ["options", "a{sv}"]],
          out: [["handle", "o"]],
          call: ([parent, uri, options], { sender }) => {
            portal.calls.push({ parent, uri, options: options as Options });
            if (behaviour.error) throw new BusError(behaviour.error, "no");
            const path = behaviour.path ?? requestPath(sender, String((options as Options).handle_token));
            const respond = () => {
              if (behaviour.code !== undefined) emitResponse(bus, path, behaviour.code);
              portal.#asked.resolve();
            };
            if (behaviour.isEarly) respond();
            else void answered(bus).then(respond);
            return [path];
          },
        },
      },
    });
    await bus.requestName("org.freedesktop.portal.Desktop");
    return portal;
  }

  /** Resolves when it was asked and has answered the call. */
  get asked(): Promise<void> {
    return inTime("the portal is asked", this.#asked.promise);
  }
}

/** The object that stands for a request, as the portal names it. */
export function requestPath(sender: string, token: string): string {
  return `/org/freedesktop/portal/desktop/request/${sender.slice(1).replaceAll(".", "_")}/${token}`;
}

export function emitResponse(bus: Bus, path: string, code: number): void {
  const member = { path, interface: "org.freedesktop.portal.Request", member: "Response" };
  bus.emit({ ...member, signature: "ua{sv}", body: [code, {}] });
}

/** Resolves when what this connection sent before has been delivered. */
export async function answered(bus: Bus): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const path = "/org/freedesktop/DBus";
    await bus.call({ destination: "org.freedesktop.DBus", path, interface: "org.freedesktop.DBus", member: "GetId" });
  }
}
