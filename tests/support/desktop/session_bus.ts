import { inTime } from "../in_time.ts";
import { ProcessGroup } from "./process_group.ts";

export interface SessionBusOptions {
  folder: string;
  /** Environment of what the bus starts. */
  env: Readonly<Record<string, string>>;
  /** Programs that the bus starts when their name is wanted; nothing else of this machine is. */
  services: Readonly<Record<string, string>>;
}

/** A session bus that knows only the services given, and that can die and come back at the same address. */
export class SessionBus implements AsyncDisposable {
  readonly address: string;
  readonly #options: SessionBusOptions;
  #process?: ProcessGroup;

  private constructor(options: SessionBusOptions) {
    this.#options = options;
    this.address = `unix:path=${options.folder}/bus`;
  }

  static async start(options: SessionBusOptions): Promise<SessionBus> {
    const bus = new SessionBus(options);
    await bus.#describe();
    await bus.restart();
    return bus;
  }

  /** Cuts every connection and refuses new ones, as a killed bus does. */
  async stop(): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    this.#process = undefined;
  }

  /** Serves the address; what was connected before is not any more. */
  async restart(): Promise<void> {
    await this.stop();
    const { folder, env } = this.#options;
    await Deno.remove(`${folder}/bus`).catch(() => {});
    this.#process = ProcessGroup.start("dbus-daemon", {
      args: [`--config-file=${folder}/bus.conf`, "--nofork", "--print-address"],
      env: { ...env, DBUS_SESSION_BUS_ADDRESS: this.address },
    });
    await inTime("dbus-daemon tells its address", this.#process.says("guid="));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #describe(): Promise<void> {
    const { folder, services } = this.#options;
    await Deno.mkdir(`${folder}/services`);
    for (const [name, program] of Object.entries(services)) {
      const service = `[D-BUS Service]\nName=${name}\nExec=${program}\n`;
      await Deno.writeTextFile(`${folder}/services/${name}.service`, service);
    }
    await Deno.writeTextFile(`${folder}/bus.conf`, busConfig(folder));
  }
}

function busConfig(folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/bus</listen>
  <servicedir>${folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}
