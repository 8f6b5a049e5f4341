import { inTime } from "../in_time.ts";

/** An X display of a test's own (Xvfb), on a number that nobody else has. Ends with everything that is shown on it. */
export class XDisplay implements AsyncDisposable {
  /** Such as `:7`. */
  readonly name: string;
  /** What a program needs to appear on it, and on no other display. */
  readonly env: Readonly<Record<string, string>>;
  readonly #server: Deno.ChildProcess;
  readonly #rest: Promise<void>;

  private constructor(number: string, server: Deno.ChildProcess, rest: Promise<void>) {
    this.name = `:${number}`;
    this.env = { DISPLAY: this.name, WAYLAND_DISPLAY: "", GDK_BACKEND: "x11" };
    this.#server = server;
    this.#rest = rest;
  }

  /** Resolves when programs can connect. `number`: of the display; default: a free one. */
  static async start({ size = "800x600", number }: { size?: string; number?: number } = {}): Promise<XDisplay> {
    const args = [
      ...number === undefined ? [] : [`:${number}`],
      "-displayfd",
      "1",
      "-screen",
      "0",
      `${size}x24`,
      "-nolisten",
      "tcp",
      "-noreset",
    ];
    // It ends with a test runner that is killed, too.
    const server = new Deno.Command("setpriv", {
      args: ["--pdeathsig", "SIGTERM", "--", "Xvfb", ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    try {
      const told = await inTime("Xvfb tells its number", readLine(reader));
      return new XDisplay(told, server, readAll(reader));
    } catch (error) {
      endProcess(server);
      await Promise.all([server.status, readAll(reader)]);
      throw error;
    }
  }

  /** Ends it as a crash does: its socket stays. */
  async kill(): Promise<void> {
    this.#server.kill("SIGKILL");
    await Promise.all([this.#server.status, this.#rest]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    endProcess(this.#server);
    await Promise.all([this.#server.status, this.#rest]);
  }
}

async function readLine(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Xvfb has ended before it told its number");
    text += value;
  }
  return text.trim();
}

async function readAll(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}

/** SIGTERM: its socket goes with it. */
function endProcess(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
