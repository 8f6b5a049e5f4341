import type { ConfigInput } from "../../src/config/schema.ts";
import { selfCommand } from "../../src/core/self_command.ts";
import type { StatusReport } from "../../src/state/status.ts";
import { inTime } from "./in_time.ts";

export interface ProgramProcessOptions {
  config: Omit<ConfigInput, "version">;
  /** Path of main.ts or of a bundle's main.js. Default: the source. */
  main?: string;
}

const source = new URL("../../main.ts", import.meta.url).pathname;

/** The real daemon as a process of its own, without a desktop, in a home folder of its own. */
export class ProgramProcess implements AsyncDisposable {
  readonly home: string;
  readonly process: Deno.ChildProcess;
  readonly url: string;
  readonly #token: string;

  private constructor(home: string, process: Deno.ChildProcess, { url, token }: { url: string; token: string }) {
    this.home = home;
    this.process = process;
    this.url = url;
    this.#token = token;
  }

  /** Resolves when it answers. */
  static async start({ config, main = source }: ProgramProcessOptions): Promise<ProgramProcess> {
    const home = await Deno.makeTempDir({ prefix: "program-" });
    await Deno.writeTextFile(`${home}/config.json`, JSON.stringify({ version: 1, ...config }));
    const words = ["run", "--port", "0", "--config", `${home}/config.json`];
    const { program, args } = selfCommand(words, { mainModule: `file://${main}` });
    const env = { HOME: home, XDG_RUNTIME_DIR: `${home}/run`, DENO_DIR: await denoFolder(), PATH: "/usr/bin:/bin" };
    const options = { args, env, clearEnv: true, stdin: "null", stdout: "null", stderr: "piped" } as const;
    const process = new Deno.Command(program, options).spawn();
    await inTime("the daemon is ready", untilReady(process.stderr));
    const control = JSON.parse(await Deno.readTextFile(`${home}/run/cloudtolocalllm/control.json`));
    return new ProgramProcess(home, process, control);
  }

  control(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}/control/v1${path}`, { ...init, headers: { authorization: `Bearer ${this.#token}` } });
  }

  async status(): Promise<StatusReport> {
    return await (await this.control("/status")).json();
  }

  /** Comes through the door as a browser does; what the first page answered. */
  async visitSettings(): Promise<{ status: number; text: string }> {
    const { url } = await (await this.control("/login-link", { method: "POST" })).json();
    const door = await fetch(url, { redirect: "manual" });
    await door.body?.cancel();
    const cookie = door.headers.get("set-cookie")!.split(";")[0];
    const page = await fetch(`${this.url}/settings/overview`, { headers: { cookie } });
    return { status: page.status, text: await page.text() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await this.process.status;
    await Deno.remove(this.home, { recursive: true });
  }
}

/** Reads on after that: a daemon whose log nobody reads would stand still. */
async function untilReady(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("Ready")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The daemon has ended: ${said}`);
    said += value;
  }
  void (async () => {
    while (!(await reader.read()).done);
  })().catch(() => {});
}

/** Where this runtime keeps what it has compiled: another HOME must not make it do that again. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
