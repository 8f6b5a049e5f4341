import type { ConfigInput } from "../../src/config/schema.ts";
import type { StatusReport } from "../../src/state/status.ts";

const repository = new URL("../../", import.meta.url).pathname;

/** What a command printed, and its status. */
export interface Printed {
  code: number;
  out: string;
  err: string;
}

/** A home folder of a test's own in which commands of the real program run, without a desktop and without systemd. */
export class ProgramHome implements AsyncDisposable {
  readonly folder: string;
  readonly configFile: string;
  readonly env: Record<string, string>;

  private constructor(folder: string, denoDir: string) {
    this.folder = folder;
    this.configFile = `${folder}/config/cloudtolocalllm/config.json`;
    this.env = {
      HOME: folder,
      XDG_CONFIG_HOME: `${folder}/config`,
      XDG_STATE_HOME: `${folder}/state`,
      XDG_RUNTIME_DIR: `${folder}/run`,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      DENO_DIR: denoDir,
      NO_COLOR: "1",
    };
  }

  /** With a configuration that takes a free port, and knows no server. */
  static async make(): Promise<ProgramHome> {
    const home = new ProgramHome(await Deno.makeTempDir({ prefix: "home-" }), await denoFolder());
    await Deno.mkdir(`${home.folder}/config/cloudtolocalllm`, { recursive: true });
    await Deno.mkdir(`${home.folder}/run`, { mode: 0o700 });
    await home.configure({});
    return home;
  }

  async configure(config: Omit<ConfigInput, "version">): Promise<void> {
    const listen = { port: 0, ...config.listen };
    const backends = config.backends ?? [];
    await Deno.writeTextFile(this.configFile, JSON.stringify({ version: 1, ...config, listen, backends }));
  }

  /** Runs a command of the program to its end. */
  async run(...words: string[]): Promise<Printed> {
    const { code, stdout, stderr } = await this.command(...words).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: decode(stdout), err: decode(stderr) };
  }

  /** A command of the program that is not started yet. */
  command(...words: string[]): Deno.Command {
    const args = ["run", "--quiet", "-P=daemon", `${repository}main.ts`, ...words];
    return new Deno.Command(Deno.execPath(), {
      args,
      cwd: repository,
      env: this.env,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async status(): Promise<StatusReport> {
    return JSON.parse((await this.run("status", "--json")).out);
  }

  /** What lies in the folder for things of a session. */
  async leftovers(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of Deno.readDir(`${this.folder}/run/cloudtolocalllm`)) found.push(name);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("stop", "--now");
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
