import { readSmallTextFile } from "../config/small_file.ts";
import type { Clock } from "../core/clock.ts";
import { within } from "../core/within.ts";
import { oldFolder } from "./old_file.ts";

/** How long a program on this machine may take for a short answer, in ms. */
const answerMs = 1_000;
/** How long it may take to end, in ms. */
const endMs = 5_000;

/** Nobody else would send that back. */
const id = "cloudtolocalllm-migrate";

/** Where the predecessor listens for its app; `null`: nothing answers there, or it is our own app link. */
export async function findOldLink(
  env: (name: string) => string | undefined,
  { clock }: { clock: Clock },
): Promise<{ port: number } | null> {
  const port = await writtenPort(env);
  if (port === undefined) return null;
  using link = await OldLink.open(port, clock);
  return link && await link.isPredecessor() ? { port } : null;
}

/** Asks the predecessor to end. `true`: it has closed its connections; `false`: it is not the predecessor, or stays. */
export async function quitOldLink(port: number, { clock }: { clock: Clock }): Promise<boolean> {
  using link = await OldLink.open(port, clock);
  if (!link || !await link.isPredecessor()) return false;
  return await link.quit();
}

async function writtenPort(env: (name: string) => string | undefined): Promise<number | undefined> {
  const folder = oldFolder(env);
  if (folder === undefined) return undefined;
  const text = await readSmallTextFile(`${folder}/tray_port`).catch(() => "");
  const port = /^\s*(\d{1,5})\s*$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535 ? Number(port) : undefined;
}

/** The predecessor's protocol: JSON in lines over TCP on loopback. */
class OldLink implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #clock: Clock;

  private constructor(connection: Deno.TcpConn, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  static async open(port: number, clock: Clock): Promise<OldLink | undefined> {
    try {
      return new OldLink(await Deno.connect({ hostname: "127.0.0.1", port }), clock);
    } catch {
      return undefined;
    }
  }

  /** Our own app link speaks the same, but gives back the id of a request; the predecessor knows no ids. */
  async isPredecessor(): Promise<boolean> {
    try {
      await this.#send({ command: "PING", id });
      const answer = JSON.parse(await this.#inTime(answerMs, this.#line()));
      return typeof answer === "object" && answer !== null && answer.status === "pong" && answer.id === undefined;
    } catch {
      return false;
    }
  }

  /** Whether it has closed the connection, which it does when it ends. */
  async quit(): Promise<boolean> {
    try {
      await this.#send({ command: "QUIT" });
      await this.#inTime(endMs, this.#end());
      return true;
    } catch (error) {
      return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #send(message: Record<string, string>): Promise<void> {
    let bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(await this.#connection.write(bytes));
  }

  /** The first line; what a program of another protocol sends without an end is cut off. */
  async #line(): Promise<string> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(4_096);
    let text = "";
    while (!text.includes("\n") && text.length < 65_536) {
      const length = await this.#connection.read(buffer);
      if (length === null) break;
      text += decoder.decode(buffer.subarray(0, length), { stream: true });
    }
    return text.split("\n")[0];
  }

  async #end(): Promise<void> {
    const buffer = new Uint8Array(4_096);
    while (await this.#connection.read(buffer) !== null);
  }

  #inTime<T>(ms: number, work: Promise<T>): Promise<T> {
    // What is late fails when the connection is closed.
    work.catch(() => {});
    return within(ms, work, { clock: this.#clock, late: () => new Error("There was no answer in time") });
  }
}
