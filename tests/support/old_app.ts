import { inTime } from "./in_time.ts";

/** A line of the daemon. */
export type Line = Record<string, unknown>;

/**
 * The desktop app as the daemon knows it: a raw socket, lines of JSON, the answer is the next line that comes. What the
 * daemon says on its own is told apart by its `command`. It leaves out the app.
 */
export class OldApp implements Disposable {
  readonly #conn: Deno.TcpConn;
  /** Lines that nobody has taken. */
  readonly lines: Line[] = [];
  readonly #waiting = new Set<() => void>();
  #text = "";
  #decoder = new TextDecoder();
  hasEnded = false;
  readonly ended: Promise<void>;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.ended = this.#read();
  }

  /** Finds the daemon as the app does: by its port file, once it is there and leads to somebody. */
  static async find(portFile: string): Promise<OldApp> {
    const find = async () => {
      for (;;) {
        const app = await OldApp.connect(await portIn(portFile)).catch(() => undefined);
        if (app) return app;
        await pause();
      }
    };
    return await inTime("the port file leads to a daemon", find());
  }

  static async connect(port: number): Promise<OldApp> {
    return new OldApp(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Bytes as they are. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  async say(command: string, fields: Line = {}): Promise<void> {
    await this.write(`${JSON.stringify({ command, ...fields })}\n`);
  }

  /** Says it, and gives the next line that comes. */
  async ask(command: string, fields: Line = {}): Promise<Line> {
    await this.say(command, fields);
    return await this.answer();
  }

  /** The next line that is an answer. */
  async answer(): Promise<Line> {
    return await this.take((line) => !("command" in line));
  }

  /** The next line as wanted; others stay. */
  async take(isWanted: (line: Line) => boolean): Promise<Line> {
    const find = async () => {
      for (;;) {
        const at = this.lines.findIndex(isWanted);
        if (at >= 0) return this.lines.splice(at, 1)[0];
        if (this.hasEnded) throw new Error(`The daemon hung up; untaken lines: ${JSON.stringify(this.lines)}`);
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    };
    return await inTime("the daemon says something", find());
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // It is closed.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1_048_576);
    for (;;) {
      const count = await this.#conn.read(buffer).catch(() => null);
      if (count === null) break;
      this.#text += this.#decoder.decode(buffer.subarray(0, count), { stream: true });
      const lines = this.#text.split("\n");
      this.#text = lines.pop()!;
      this.lines.push(...lines.map((line) => JSON.parse(line)));
      this.#wake();
    }
    this.hasEnded = true;
    this.#wake();
    this.close();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

async function portIn(portFile: string): Promise<number> {
  for (;;) {
    const text = await Deno.readTextFile(portFile).catch(() => "");
    if (/^\d+$/.test(text) && Number(text) < 65_536) return Number(text);
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
