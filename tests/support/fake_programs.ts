import { inTime } from "./in_time.ts";

/** One start of a fake program. */
export interface ProgramCall {
  args: string[];
  /** The first line of its standard input. */
  input: string;
  activationToken: string;
  startupId: string;
  /** What it sees of the token called `cloud`. */
  cloudToken: string;
  pid: number;
}

/**
 * Programs that record how they were started, in a folder that is the whole PATH of those under test ({@linkcode env}):
 * no program of the machine is found. They leave out all that the real ones do.
 */
export class FakePrograms implements AsyncDisposable {
  readonly folder: string;
  /** To be given to what starts programs. */
  readonly env: Record<string, string>;
  readonly #names: string[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.env = { PATH: folder };
  }

  static async make(): Promise<FakePrograms> {
    return new FakePrograms(await Deno.makeTempDir({ prefix: "fake-programs-" }));
  }

  /** A program that ends at once, or with `stays` when this is disposed. It reads a line only if told. */
  async add(name: string, { exit = 0, reads = false, stays = false } = {}): Promise<void> {
    this.#names.push(name);
    const [part, gate] = [`${this.folder}/${name}.calls`, `${this.folder}/${name}.gate`];
    if (stays) await new Deno.Command("mkfifo", { args: [gate] }).output();
    const script = [
      "#!/bin/sh",
      "input=",
      reads ? "IFS= read -r input" : "",
      `printf '%s\\0' "$XDG_ACTIVATION_TOKEN" "$DESKTOP_STARTUP_ID" "$CLOUDTOLOCALLLM_SECRET_CLOUD" "$$" "$input" "$@" >>'${part}'`,
      `printf '\\036' >>'${part}'`,
      stays ? `read -r _ <'${gate}'` : "",
      `exit ${exit}`,
      "",
    ];
    await Deno.writeTextFile(`${this.folder}/${name}`, script.join("\n"), { mode: 0o755 });
  }

  /** How a program was started, in order. */
  async calls(name: string): Promise<ProgramCall[]> {
    const text = await Deno.readTextFile(`${this.folder}/${name}.calls`).catch(() => "");
    return text.split("\x1e").slice(0, -1).map((call) => {
      const [activationToken, startupId, cloudToken, pid, input, ...args] = call.split("\0").slice(0, -1);
      return { activationToken, startupId, cloudToken, pid: Number(pid), input, args };
    });
  }

  /** Resolves when a program has been started for the `nth` time, with how it was. */
  async started(name: string, nth = 1): Promise<ProgramCall> {
    return await inTime(`${name} is started`, poll(async () => (await this.calls(name))[nth - 1]));
  }

  /** Ends all that a program has been started as and that stay; waits until each was reaped: a zombie is a failure. */
  async end(name: string): Promise<void> {
    const calls = await this.calls(name);
    // Opened for both, a FIFO waits for nobody, and keeps a line for who reads it later.
    using gate = await Deno.open(`${this.folder}/${name}.gate`, { read: true, write: true }).catch(() => undefined);
    await gate?.write(new TextEncoder().encode("\n".repeat(calls.length)));
    for (const { pid } of calls) await inTime(`${name} has ended and was reaped`, poll(() => isGone(pid)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#names) await this.end(name);
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function isGone(pid: number): Promise<true | undefined> {
  return await Deno.stat(`/proc/${pid}`).then(() => undefined, () => true as const);
}

async function poll<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
