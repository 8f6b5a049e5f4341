import { nodeSystem } from "../../src/client/node_system.ts";
import type { System } from "../../src/client/link_parts.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { inTime } from "./in_time.ts";

const repository = new URL("../../", import.meta.url).pathname;
/** Another HOME must not make the runtime fetch and compile everything again. */
const cache = JSON.parse(
  new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout),
).denoDir;

/** A user's home with the daemon as a process of its own, which can be killed and started again. */
export class DaemonHome implements AsyncDisposable {
  readonly folder: string;
  readonly env: Record<string, string>;
  #child?: Deno.ChildProcess;
  /** The ends of what was started to live on. */
  readonly #detached: Promise<unknown>[] = [];

  private constructor(folder: string, env: Record<string, string>) {
    this.folder = folder;
    this.env = {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      DENO_DIR: cache,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/none`,
      DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${folder}/none`,
      ...env,
    };
  }

  /** Nothing runs yet. `env`: for the daemon, beside that of every home. */
  static async make(
    backends: NonNullable<ConfigInput["backends"]>,
    { env = {} }: { env?: Record<string, string> } = {},
  ): Promise<DaemonHome> {
    const home = new DaemonHome(await Deno.makeTempDir({ prefix: "daemon-home-" }), env);
    await Deno.mkdir(`${home.folder}/.config/cloudtolocalllm`, { recursive: true });
    const config = JSON.stringify({ version: 1, listen: { port: 0 }, backends });
    await Deno.writeTextFile(`${home.folder}/.config/cloudtolocalllm/config.json`, config, { mode: 0o600 });
    return home;
  }

  get controlFile(): string {
    return `${this.folder}/cloudtolocalllm/control.json`;
  }

  /** The command line that runs the daemon there. */
  command(...args: string[]): string[] {
    return [Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=daemon", `${repository}main.ts`, "run", ...args];
  }

  /** Starts the daemon; resolves with its address when it is ready. */
  async start(): Promise<string> {
    const [program, ...args] = this.command();
    this.#child = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: this.env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const log = this.#child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    const ready = async () => {
      while (!said.includes("Ready")) {
        const { value, done } = await log.read();
        if (done) throw new Error(`The daemon has ended: ${said}`);
        said += value;
      }
    };
    await inTime("the daemon is ready", ready());
    void (async () => {
      while (!(await log.read()).done);
    })();
    return (await this.control()).url;
  }

  /** What the daemon left for programs of its user. */
  async control(): Promise<{ url: string; token: string; pid: number }> {
    return JSON.parse(await Deno.readTextFile(this.controlFile));
  }

  /** Ends the daemon where it stands; its control file stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    try {
      child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child?.status;
  }

  /** This machine, as a program of this home's user sees it. */
  async system(): Promise<System> {
    const system = await nodeSystem();
    const assignments = Object.entries(this.env).map(([name, value]) => `${name}=${value}`);
    const asUser = (command: readonly string[]) => ["env", "-i", ...assignments, ...command];
    return {
      ...system,
      env: (name) => this.env[name],
      run: async (command, options) => {
        const ran = await system.run(asUser(command), options);
        // What env says of a program that is not there.
        return ran?.code === 127 ? undefined : ran;
      },
      startDetached: async (command) => {
        const started = await system.startDetached(asUser(command));
        if (started) this.#detached.push(started.ended);
        return started;
      },
    };
  }

  /** Kills the daemon that the control file names, and waits for the end of what was started to live on. */
  async killDetached(): Promise<void> {
    Deno.kill((await this.control()).pid, "SIGKILL");
    await inTime("what was started ends", Promise.all(this.#detached));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }
}
