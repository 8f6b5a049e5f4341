import { until } from "./until.ts";

export interface ProcessGroupOptions {
  args?: readonly string[];
  /** All of its environment, beside PATH. */
  env: Readonly<Record<string, string>>;
  cwd?: string;
}

const keptCharacters = 8_000;
const graceMs = 5_000;

/** A program with everything that it starts, ended together. */
export class ProcessGroup implements AsyncDisposable {
  readonly program: string;
  readonly pid: number;
  /** Settles when the program itself has ended. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #output: Promise<unknown>;
  #hasEnded = false;
  #isGone = false;
  #said = "";

  private constructor(program: string, child: Deno.ChildProcess) {
    this.program = program;
    this.pid = child.pid;
    this.ended = child.status.finally(() => this.#hasEnded = true);
    this.#output = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]);
  }

  static start(program: string, { args = [], env, cwd }: ProcessGroupOptions): ProcessGroup {
    const child = new Deno.Command("setpriv", {
      // They end with a test runner that is killed, too.
      args: ["--pdeathsig", "SIGKILL", "--", program, ...args],
      env: { PATH: Deno.env.get("PATH") ?? "", LANG: "C.UTF-8", ...env },
      clearEnv: true,
      cwd,
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new ProcessGroup(program, child);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The end of what it wrote, standard output and error alike. */
  get said(): string {
    return this.#said;
  }

  /** Waits for something that it writes. */
  async says(text: string): Promise<void> {
    await until(
      () => `${this.program} says "${text}"; it said: ${this.#said}`,
      () => this.#said.includes(text) || undefined,
    );
  }

  /** Sends a signal to the program and to what it started; none are left to hear it is no error. */
  kill(signal: Deno.Signal = "SIGTERM"): void {
    try {
      Deno.kill(-this.pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
    }
  }

  /** Ends the group, by force where it does not go by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isGone) return;
    this.kill("SIGTERM");
    const timer = setTimeout(() => this.kill("SIGKILL"), graceMs);
    await this.ended;
    clearTimeout(timer);
    // What it had started may have outlived it, and holds its output open.
    this.kill("SIGKILL");
    await this.#output;
    this.#isGone = true;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#said = (this.#said + decoder.decode(chunk, { stream: true })).slice(-keptCharacters);
    }
  }
}

/** What a program writes to its standard output; throws with what it complained about when it fails. */
export async function outputOf(program: string, { args = [], env }: ProcessGroupOptions): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { PATH: Deno.env.get("PATH") ?? "", LANG: "C.UTF-8", ...env },
    clearEnv: true,
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} fails: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}
