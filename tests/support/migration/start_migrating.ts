import { inTime } from "../in_time.ts";
import type { PrivateBus } from "../private_bus.ts";
import type { MigrationHome } from "./migration_home.ts";

const script = new URL("../../integration/migration/migrating_child.ts", import.meta.url).pathname;
/** Another HOME must not make the runtime fetch and compile everything again. */
const cache = JSON.parse(
  new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout),
).denoDir;

/** A process that migrates, and has begun. */
class Migrating implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async begun(): Promise<void> {
    const { value } = await inTime("a migration begins", this.#lines.read());
    if (!value?.startsWith("ready")) throw new Error("The migration did not begin");
  }

  async killAfter(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await this[Symbol.asyncDispose]();
  }

  /** Waits for its end; whether it came there by itself. */
  async isOver(): Promise<boolean> {
    let text = "";
    for (let read = await this.#lines.read(); !read.done; read = await this.#lines.read()) text += read.value;
    await this.#child.status;
    return text.includes("over");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#lines.cancel();
  }
}

/** Starts one in a home, its keyring on a bus of the test's, and waits until it begins. */
export async function startMigrating(
  home: MigrationHome,
  { how, bus }: { how: "migrate" | "start"; bus: PrivateBus },
): Promise<Migrating> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=daemon", script, how],
    clearEnv: true,
    env: { ...home.env, PATH: "/nowhere", DBUS_SESSION_BUS_ADDRESS: bus.address, DENO_DIR: cache },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const migrating = new Migrating(child);
  await migrating.begun();
  return migrating;
}
