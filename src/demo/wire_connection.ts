import type { Socket } from "node:net";

/** Who ended a connection: the client hung up, or the server cut it. */
export type EndedBy = "client" | "server";

/** The connection is over; there is nobody left to answer. */
export class ConnectionEnded extends Error {
  override readonly name = "ConnectionEnded";
}

const maxLineBytes = 1_048_576;
const maxBufferedBytes = 262_144;

/**
 * One raw connection, read by line and by length, that notices when its client leaves, also while it is answered.
 *
 * On `node:net`, because `Deno.TcpConn.close()` always sends a FIN first: only this socket can reset (RST).
 */
export class WireConnection {
  readonly #socket: Socket;
  #buffer = new Uint8Array(0);
  #wake = Promise.withResolvers<void>();
  #endedBy?: EndedBy;
  #failWrite?: (cause: unknown) => void;
  readonly #over = new AbortController();
  readonly #closed = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    socket.on("end", () => this.#end("client"));
    socket.on("error", () => this.#end("client"));
    socket.on("close", () => {
      this.#end("client");
      this.#failWrite?.(new Error("The socket is closed"));
      this.#closed.resolve();
    });
  }

  /** Aborts when nobody is left: the client hung up, or the server cut the connection. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get endedBy(): EndedBy | undefined {
    return this.#endedBy;
  }

  /** Resolves when the socket is closed and nothing of it is left behind. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** The next line without its CRLF; `undefined` when the client left before it was complete. */
  async takeLine(): Promise<string | undefined> {
    for (let searched = 0;;) {
      const at = this.#buffer.indexOf(10, searched);
      if (at >= 0) {
        const line = this.#take(at + 1);
        return new TextDecoder().decode(line.subarray(0, line.at(-2) === 13 ? -2 : -1));
      }
      searched = this.#buffer.length;
      if (searched > maxLineBytes || !await this.#more()) return undefined;
    }
  }

  /** Exactly `count` bytes. */
  async takeBytes(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      if (this.#buffer.length === 0 && !await this.#more()) {
        throw new ConnectionEnded("Cannot read the request: the client left in the middle of it");
      }
      const part = this.#take(Math.min(this.#buffer.length, count - filled));
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  /** Resolves when the kernel took the bytes, so that a slow reader holds the writer back. */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#endedBy) throw new ConnectionEnded("Cannot answer: the connection is over");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#failWrite = reject;
    this.#socket.write(data, (error) => error ? reject(error) : resolve());
    try {
      await promise;
    } catch (cause) {
      // Under load this comes before the socket tells that it is closed.
      this.#end("client");
      throw new ConnectionEnded("Cannot answer: the client left", { cause });
    } finally {
      this.#failWrite = undefined;
    }
  }

  /** Ends the connection in order (FIN). Safe to call twice. */
  close(): void {
    this.#end("server");
    this.#socket.destroy();
  }

  /** Ends the connection by a reset (RST). */
  reset(): void {
    this.#end("server");
    this.#socket.resetAndDestroy();
  }

  #end(by: EndedBy): void {
    this.#endedBy ??= by;
    this.#over.abort();
    this.#wake.resolve();
  }

  #receive(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#buffer.length + bytes.length);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.length);
    this.#buffer = joined;
    if (this.#buffer.length > maxBufferedBytes) this.#socket.pause();
    this.#wake.resolve();
  }

  #take(count: number): Uint8Array<ArrayBuffer> {
    const part = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    if (this.#buffer.length <= maxBufferedBytes && this.#socket.isPaused()) this.#socket.resume();
    return part;
  }

  /** Whether more bytes came, rather than the end. */
  async #more(): Promise<boolean> {
    const had = this.#buffer.length;
    if (!this.#endedBy) {
      this.#wake = Promise.withResolvers<void>();
      await this.#wake.promise;
    }
    return this.#buffer.length > had;
  }
}
