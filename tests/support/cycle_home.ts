import { type Daemon, startDaemon } from "../../src/app.ts";
import { type Paths, resolvePaths } from "../../src/config/paths.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { selfCommand } from "../../src/core/self_command.ts";
import { inTime } from "./in_time.ts";

const mainModule = new URL("../../main.ts", import.meta.url).href;

/** What may be there when no daemon runs. */
const lasting = [
  /^config\.json$/,
  /^\.local\/state\/cloudtolocalllm\/(usage\.db|crash\.json|log\/daemon\.log(\.\d+)?)$/,
];

/** A daemon as a process of its own. */
export interface DaemonProcess {
  process: Deno.ChildProcess;
  /** Where it answers, once it does; rejects when it ends before. */
  url: Promise<string>;
  /** Its log so far. */
  readonly said: string;
}

/** A home folder in which daemons start and end again and again, in this process or in one of their own. */
export class CycleHome implements AsyncDisposable {
  readonly folder: string;
  readonly paths: Paths;
  readonly #env: Record<string, string>;

  private constructor(folder: string, denoFolder: string) {
    this.folder = folder;
    this.#env = { HOME: folder, XDG_RUNTIME_DIR: `${folder}/run`, DENO_DIR: denoFolder, PATH: "/usr/bin:/bin" };
    this.paths = resolvePaths((name) => name === "DENO_DIR" ? undefined : this.#env[name]);
  }

  static async open(config: Omit<ConfigInput, "version">): Promise<CycleHome> {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
    const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
    const home = new CycleHome(await Deno.makeTempDir({ prefix: "daemon-home-" }), denoDir);
    await home.configure(config);
    return home;
  }

  configure(config: Omit<ConfigInput, "version">): Promise<void> {
    return Deno.writeTextFile(`${this.folder}/config.json`, JSON.stringify({ version: 1, ...config }));
  }

  /** A daemon in this process, on a free port. */
  startHere(): Promise<Daemon> {
    return startDaemon({
      paths: this.paths,
      overrides: { port: 0 },
      configFile: `${this.folder}/config.json`,
      env: () => undefined,
      writeLog() {},
      version: "0.0.0-test",
    });
  }

  /** The real program, on a free port. It may be told to end before it answers. */
  spawn(): DaemonProcess {
    const words = ["run", "--port", "0", "--config", `${this.folder}/config.json`];
    const { program, args } = selfCommand(words, { mainModule });
    const process = new Deno.Command(program, {
      args,
      env: this.#env,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return this.#follow(process);
  }

  #follow(process: Deno.ChildProcess): DaemonProcess {
    const ready = Promise.withResolvers<string>();
    const daemon = { process, url: inTime("the daemon is ready", ready.promise), said: "" };
    // Not every test wants it to come so far.
    daemon.url.catch(() => {});
    void (async () => {
      for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
        daemon.said += text;
        const url = /Ready url=(\S+)/.exec(daemon.said)?.[1];
        if (url) ready.resolve(url);
      }
      ready.reject(new Error(`The daemon has ended: ${daemon.said}`));
    })();
    return daemon;
  }

  /** Files that are there, and should not be when no daemon runs. */
  async leftFiles(): Promise<string[]> {
    const files = await filesBelow(this.folder);
    return files.filter((file) => !lasting.some((pattern) => pattern.test(file)));
  }

  /** Processes that were started here, by their variables, and still run. */
  async leftProcesses(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const variables = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
      if (variables.split("\0").includes(`HOME=${this.folder}`)) found.push(name);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await filesBelow(`${folder}/${name}`, `${prefix}${name}/`));
    else files.push(prefix + name);
  }
  return files;
}
