import { ConnectionEnded, type EndedBy, WireConnection } from "./wire_connection.ts";

const encoder = new TextEncoder();

/** One request and its answer on a keep-alive connection; the handler writes the answer byte by byte. */
export class Exchange {
  readonly method: string;
  /** Path and query as the request line has them. */
  readonly target: string;
  readonly #connection: WireConnection;
  #headers?: Headers;
  #bodyRead = false;
  #keepAlive = false;
  #complete = false;

  constructor(connection: WireConnection, requestLine: string) {
    this.#connection = connection;
    [this.method = "", this.target = ""] = requestLine.split(" ");
  }

  /** Resolves when nobody is left to answer: the client left, or the server cut the connection. */
  get ended(): Promise<EndedBy> {
    return this.#connection.ended;
  }

  /** Who ended the connection, once it has ended. */
  get endedBy(): EndedBy | undefined {
    return this.#connection.endedBy;
  }

  /** Whether the answer was sent in full. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether the connection can carry another request after this one. */
  get reusable(): boolean {
    return this.#complete && this.#bodyRead && this.#keepAlive && !this.#connection.closed;
  }

  async readHead(): Promise<Headers> {
    if (this.#headers) return this.#headers;
    const headers = new Headers();
    for (;;) {
      const line = await this.#connection.takeLine({ peek: false });
      if (line === undefined) throw new ConnectionEnded("Cannot read the request: the client left inside its headers");
      if (line === "") break;
      const colon = line.indexOf(":");
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    }
    this.#keepAlive = headers.get("connection")?.toLowerCase() !== "close";
    return this.#headers = headers;
  }

  /** The whole body, by Content-Length or chunks; from then on the client's disconnect is noticed. */
  async readBody(): Promise<Uint8Array<ArrayBuffer>> {
    const headers = await this.readHead();
    if (headers.get("expect")?.toLowerCase() === "100-continue") await this.write("HTTP/1.1 100 Continue\r\n\r\n");
    const body = headers.get("transfer-encoding")?.toLowerCase() === "chunked"
      ? await this.#readChunks()
      : await this.#connection.takeBytes(Number(headers.get("content-length") ?? 0));
    this.#bodyRead = true;
    this.#connection.watch();
    return body;
  }

  /** The first half of an announced body, or the first chunk; the rest stays unread. */
  async readHalfOfBody(): Promise<Uint8Array<ArrayBuffer>> {
    const headers = await this.readHead();
    const length = headers.get("content-length");
    if (length !== null) return await this.#connection.takeBytes(Math.floor(Number(length) / 2));
    return await this.#readChunk();
  }

  async write(data: string | Uint8Array): Promise<void> {
    await this.#connection.write(typeof data === "string" ? encoder.encode(data) : data);
  }

  /** Says that the answer was sent in full, so that the connection may be used again. */
  finish(options: { keepAlive: boolean }): void {
    this.#complete = true;
    if (!options.keepAlive) this.#keepAlive = false;
  }

  /** Ends the connection now: FIN when the request was read in full, else RST. */
  cut(): void {
    this.#connection.close();
  }

  async #readChunk(): Promise<Uint8Array<ArrayBuffer>> {
    const line = await this.#connection.takeLine({ peek: false });
    if (line === undefined) throw new ConnectionEnded("Cannot read the request: the client left inside its body");
    return await this.#connection.takeBytes(parseInt(line, 16));
  }

  async #readChunks(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (;;) {
      const chunk = await this.#readChunk();
      if (chunk.length === 0) break;
      chunks.push(chunk);
      await this.#connection.takeBytes(2);
    }
    while (await this.#connection.takeLine({ peek: false }));
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }
}

export interface WireServerOptions {
  hostname: string;
  /** 0: a free one. */
  port: number;
  /** Answers one request. {@linkcode ConnectionEnded} is how it may end when the client left. */
  handle: (exchange: Exchange) => Promise<void>;
  /** Called when a connection came or went. */
  onChange?: () => void;
}

/** A small HTTP/1.1 server on raw sockets, which lets its handler break every rule. */
export class WireServer {
  readonly port: number;
  readonly #options: WireServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Map<WireConnection, Promise<void>>();
  readonly #accepting: Promise<void>;

  constructor(options: WireServerOptions) {
    this.#options = options;
    this.#listener = Deno.listen({ hostname: options.hostname, port: options.port });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  /** Open connections now. */
  get connections(): number {
    return this.#open.size;
  }

  /** Cuts every connection and goes on listening. */
  async closeAll(): Promise<void> {
    const serving = [...this.#open.values()];
    for (const connection of this.#open.keys()) connection.close();
    await Promise.all(serving);
  }

  /** Listens no more, cuts every connection and waits until all handlers have ended. */
  async stop(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await this.closeAll();
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) {
        const connection = new WireConnection(conn);
        this.#open.set(connection, this.#serve(connection));
        this.#options.onChange?.();
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serve(connection: WireConnection): Promise<void> {
    try {
      for (;;) {
        const line = await connection.takeLine({ peek: true });
        if (line === undefined) break;
        const exchange = new Exchange(connection, line);
        await this.#options.handle(exchange);
        if (!exchange.reusable) break;
      }
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) throw error;
    } finally {
      connection.close();
      this.#open.delete(connection);
      this.#options.onChange?.();
    }
  }
}
