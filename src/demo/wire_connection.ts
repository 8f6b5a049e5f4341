/** Who ended a connection: the client hung up, or the server cut it. */
export type EndedBy = "client" | "server";

/** The connection is over; there is nobody left to answer. */
export class ConnectionEnded extends Error {
  override readonly name = "ConnectionEnded";
}

/**
 * The first read of a request takes no more than this. What is left in the kernel's buffer turns a later close into a
 * reset (RST) instead of an orderly end (FIN), which is how the `reset` fault is made.
 */
const peekBytes = 48;
const readBytes = 65_536;
const maxLineBytes = 1_048_576;

/** One raw connection, read by line and by length, that notices when its client leaves. */
export class WireConnection {
  readonly #conn: Deno.TcpConn;
  #buffer = new Uint8Array(0);
  #reading?: Promise<boolean>;
  #closed = false;
  #endedBy?: EndedBy;
  readonly #ended = Promise.withResolvers<EndedBy>();

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay(true);
  }

  /** Resolves when the connection is over, also while nothing is read or written, provided that `watch()` was called. */
  get ended(): Promise<EndedBy> {
    return this.#ended.promise;
  }

  get endedBy(): EndedBy | undefined {
    return this.#endedBy;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Reads on in the background, at most a few bytes, so that the client's disconnect is noticed while it is answered. */
  watch(): void {
    if (this.#buffer.length === 0 && !this.#closed) void this.#read(peekBytes);
  }

  /** The next line without its CRLF; `undefined` when the client left before it was complete. */
  async takeLine(options: { peek: boolean }): Promise<string | undefined> {
    for (let searched = 0;;) {
      const at = this.#buffer.indexOf(10, searched);
      if (at >= 0) {
        const line = this.#take(at + 1);
        return new TextDecoder().decode(line.subarray(0, line.at(-2) === 13 ? -2 : -1));
      }
      searched = this.#buffer.length;
      if (searched > maxLineBytes) return undefined;
      if (!await this.#read(options.peek ? peekBytes : readBytes)) return undefined;
    }
  }

  /** Exactly `count` bytes, and none read beyond them. */
  async takeBytes(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#buffer.length === 0 && !await this.#read(Math.min(readBytes, count - filled))) {
        throw new ConnectionEnded("Cannot read the request: the client left in the middle of it");
      }
      const part = this.#take(Math.min(this.#buffer.length, count - filled));
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) {
        if (this.#closed) throw new ConnectionEnded("Cannot answer: the connection is closed");
        sent += await this.#conn.write(bytes.subarray(sent));
      }
    } catch (cause) {
      this.#end(this.#closed ? "server" : "client");
      throw cause instanceof ConnectionEnded ? cause : new ConnectionEnded("Cannot answer: the client left", { cause });
    }
  }

  /** Ends the connection: a FIN when everything the client sent was read, else a RST. Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end("server");
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  #end(by: EndedBy): void {
    this.#endedBy ??= by;
    this.#ended.resolve(by);
  }

  #take(count: number): Uint8Array<ArrayBuffer> {
    const part = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return part;
  }

  #read(maxBytes: number): Promise<boolean> {
    return this.#reading ??= this.#readOnce(maxBytes).finally(() => this.#reading = undefined);
  }

  async #readOnce(maxBytes: number): Promise<boolean> {
    const bytes = new Uint8Array(maxBytes);
    let count: number | null = null;
    if (!this.#closed) count = await this.#conn.read(bytes).catch(() => null);
    if (count === null) {
      this.#end(this.#closed ? "server" : "client");
      return false;
    }
    const joined = new Uint8Array(this.#buffer.length + count);
    joined.set(this.#buffer);
    joined.set(bytes.subarray(0, count), this.#buffer.length);
    this.#buffer = joined;
    return true;
  }
}
