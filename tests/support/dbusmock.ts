import type { Bus, Value, Variant } from "../../src/dbus/types.ts";
import { inTime } from "./in_time.ts";
import type { PrivateBus } from "./private_bus.ts";

/** Debian's Python, for which python3-dbusmock is made; another may come first in the PATH. */
const python = "/usr/bin/python3";

const isInstalled = await new Deno.Command(python, { args: ["-c", "import dbusmock"], stderr: "null" }).output()
  .then(({ success }) => success, () => false);

/** A test over a service of dbusmock's: fails in CI where that is missing, and is skipped elsewhere, saying so. */
export function dbusmockTest(name: string, fn: () => Promise<void>): void {
  const ignore = !isInstalled && Deno.env.get("CI") === undefined;
  Deno.test({ name: isInstalled ? name : `${name} (not installed: python3-dbusmock)`, ignore, fn });
}

/** A service of the system as python-dbusmock plays it, on a private bus in the place of the system's. */
export class MockService implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #bus: Bus;
  readonly #path: string;
  readonly #service: string;
  #hasEnded = false;

  private constructor(child: Deno.ChildProcess, bus: Bus, target: { service: string; path: string }) {
    this.#child = child;
    this.#bus = bus;
    this.#service = target.service;
    this.#path = target.path;
  }

  /** `path`: of the object that is asked to change. Resolves once the service owns its name. */
  static async start(
    bus: PrivateBus,
    { template, service, path }: { template: string; service: string; path: string },
  ): Promise<MockService> {
    const child = new Deno.Command(python, {
      args: ["-m", "dbusmock", "--template", template],
      env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address },
      stdin: "null",
      stdout: "null",
    }).spawn();
    const connection = await bus.connect();
    await inTime(
      `${service} is there`,
      new Promise<void>((resolve, reject) => {
        connection.watchName(service, (owner) => owner && resolve()).catch(reject);
      }),
    );
    return new MockService(child, connection, { service, path });
  }

  /** Calls a method; by default one of dbusmock's own. */
  async call(
    member: string,
    signature: string,
    body: readonly Value[],
    interfaceName = "org.freedesktop.DBus.Mock",
  ): Promise<readonly Value[]> {
    const target = { destination: this.#service, path: this.#path, interface: interfaceName };
    return await this.#bus.call({ ...target, member, signature, body });
  }

  async emit(interfaceName: string, member: string, signature: string, args: readonly Variant[]): Promise<void> {
    await this.call("EmitSignal", "sssav", [interfaceName, member, signature, args]);
  }

  /** Ends it as a crash does; may be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#child.kill("SIGKILL");
    await this.#child.status;
    this.#bus.close();
  }
}
