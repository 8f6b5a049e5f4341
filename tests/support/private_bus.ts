import { systemClock } from "../../src/core/clock.ts";
import { connectBus } from "../../src/dbus/connect.ts";
import type { Bus } from "../../src/dbus/types.ts";
import { inTime } from "./in_time.ts";

export interface PrivateBusOptions {
  /** Services that the bus can start, by name: the command line. Default: none, nothing of this machine is started. */
  services?: Readonly<Record<string, string>>;
}

/** A dbus-daemon of a test's own, in a temporary folder; nothing of it is left when it is disposed. */
export class PrivateBus implements AsyncDisposable {
  readonly address: string;
  readonly #folder: string;
  readonly #open = new Set<Bus>();
  #daemon?: Deno.ChildProcess;

  private constructor(folder: string) {
    this.#folder = folder;
    this.address = `unix:path=${folder}/bus`;
  }

  static async start({ services = {} }: PrivateBusOptions = {}): Promise<PrivateBus> {
    const folder = await Deno.makeTempDir({ prefix: "bus-" });
    const bus = new PrivateBus(folder);
    await Deno.mkdir(`${folder}/services`);
    for (const [name, command] of Object.entries(services)) {
      await Deno.writeTextFile(
        `${folder}/services/${name}.service`,
        `[D-BUS Service]\nName=${name}\nExec=${command}\n`,
      );
    }
    await Deno.writeTextFile(`${folder}/bus.conf`, configuration(bus.address, folder));
    await bus.restart();
    return bus;
  }

  /** A connection to it; closed with the bus at the latest. */
  async connect(): Promise<Bus> {
    const bus = await connectBus(this.address, { clock: systemClock });
    this.#open.add(bus);
    return bus;
  }

  /** The bus goes away, as at the end of a session. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (!daemon) return;
    try {
      daemon.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await daemon.status;
    await Deno.remove(`${this.#folder}/bus`).catch(() => {});
  }

  /** A new bus at the same address, the old one stopped if it runs. */
  async restart(): Promise<void> {
    await this.stop();
    const args = ["--nofork", "--print-address", `--config-file=${this.#folder}/bus.conf`];
    this.#daemon = new Deno.Command("dbus-daemon", { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
    await inTime("dbus-daemon says where it listens", firstBytes(this.#daemon.stdout));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bus of this.#open) bus.close();
    await this.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Whether dbus-daemon is here: a test without it fails in CI and is skipped elsewhere. */
export const isBusMissing = !hasProgram("dbus-daemon") && Deno.env.get("CI") === undefined;

/** Whether a program is here that tells its version. */
export function hasProgram(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync() !==
      undefined;
  } catch {
    return false;
  }
}

async function firstBytes(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  const { done } = await reader.read();
  await reader.cancel();
  if (done) throw new Error("dbus-daemon ended at once");
}

function configuration(address: string, folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
  <limit name="max_incoming_bytes">1000000000</limit>
  <limit name="max_outgoing_bytes">1000000000</limit>
  <limit name="max_message_size">1000000000</limit>
  <limit name="max_completed_connections">100000</limit>
  <limit name="max_match_rules_per_connection">50000</limit>
  <limit name="max_replies_per_connection">50000</limit>
</busconfig>
`;
}
