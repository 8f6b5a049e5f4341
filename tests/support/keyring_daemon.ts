import { systemClock } from "../../src/core/clock.ts";
import { connectBus } from "../../src/dbus/connect.ts";
import type { Bus, Value } from "../../src/dbus/types.ts";
import { inTime } from "./in_time.ts";
import { hasProgram, PrivateBus } from "./private_bus.ts";

const missing = ["dbus-daemon", "gnome-keyring-daemon"].filter((program) => !hasProgram(program));
if (!hasProgram("secret-tool")) missing.push("secret-tool");

/** A test over a real keyring: fails in CI where its programs are missing, and is skipped elsewhere, saying so. */
export function keyringTest(name: string, fn: () => Promise<void>): void {
  const ignore = missing.length > 0 && Deno.env.get("CI") === undefined;
  Deno.test({ name: missing.length > 0 ? `${name} (not installed: ${missing.join(", ")})` : name, ignore, fn });
}

const secrets = { destination: "org.freedesktop.secrets", path: "/org/freedesktop/secrets" };
const service = { ...secrets, interface: "org.freedesktop.Secret.Service" };
export const loginCollection = "/org/freedesktop/secrets/collection/login";

/** GNOME Keyring on a bus of a test's own, in folders of its own, unlocked with a password of its own. */
export class KeyringDaemon implements AsyncDisposable {
  readonly bus: PrivateBus;
  readonly folder: string;
  readonly #ownsBus: boolean;
  #process?: Deno.ChildProcess;

  private constructor(bus: PrivateBus, folder: string, ownsBus: boolean) {
    this.bus = bus;
    this.folder = folder;
    this.#ownsBus = ownsBus;
  }

  static async start(options: { bus?: PrivateBus } = {}): Promise<KeyringDaemon> {
    const bus = options.bus ?? await PrivateBus.start();
    const daemon = new KeyringDaemon(bus, await Deno.makeTempDir({ prefix: "keyring-" }), options.bus === undefined);
    await daemon.restart();
    return daemon;
  }

  /** What programs of this session have in their environment. */
  get env(): Record<string, string> {
    return {
      HOME: this.folder,
      XDG_DATA_HOME: `${this.folder}/data`,
      XDG_RUNTIME_DIR: this.folder,
      DBUS_SESSION_BUS_ADDRESS: this.bus.address,
    };
  }

  /** A connection for each call, as the store wants it. */
  readonly connect = (signal?: AbortSignal): Promise<Bus> =>
    connectBus(this.bus.address, { clock: systemClock, signal });

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) return;
    child.kill("SIGTERM");
    await child.status;
  }

  /** The same secrets, read from disk again. */
  async restart({ password = "the password" }: { password?: string } = {}): Promise<void> {
    await this.stop();
    const args = ["--unlock", "--components=secrets", "--foreground"];
    const child = new Deno.Command("gnome-keyring-daemon", {
      args,
      env: this.env,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#process = child;
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(password));
    await writer.close();
    await inTime("the keyring is there", this.#untilThere());
  }

  /** Locks what new secrets go to, and everything that was put there. */
  async lock(): Promise<void> {
    const [locked, prompt] = await this.call({
      ...service,
      member: "Lock",
      signature: "ao",
      body: [[loginCollection]],
    });
    if (prompt !== "/" || (locked as Value[]).length !== 1) throw new Error("The keyring does not lock");
  }

  /** Unlocks by the password, without asking anybody. */
  async unlock(password = "the password"): Promise<void> {
    const inner = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
    // A session lives as long as the connection that opened it.
    using bus = await this.connect();
    const plain = ["plain", { signature: "s", value: "" }];
    const open = { ...service, member: "OpenSession", signature: "sv", body: plain };
    const [, session] = await bus.call(open);
    const secret = [session, new Uint8Array(0), new TextEncoder().encode(password), "text/plain"];
    const unlock = { ...secrets, interface: inner, member: "UnlockWithMasterPassword", signature: "o(oayays)" };
    await bus.call({ ...unlock, body: [loginCollection, secret] });
  }

  async call(call: Parameters<Bus["call"]>[0]): Promise<readonly Value[]> {
    using bus = await this.connect();
    return await bus.call(call);
  }

  /** What `secret-tool` prints; `input` goes to its standard input. */
  async secretTool(args: string[], input = ""): Promise<string> {
    const child = new Deno.Command("secret-tool", {
      args,
      env: this.env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { stdout } = await inTime("secret-tool ends", child.output());
    return new TextDecoder().decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#ownsBus) await this.bus[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }

  async #untilThere(): Promise<void> {
    using bus = await this.connect();
    const there = Promise.withResolvers<void>();
    await bus.watchName(secrets.destination, (owner) => owner && there.resolve());
    await there.promise;
  }
}
