import type { AddressInfo, createServer, Server } from "node:net";
import { ConnectionEnded, type EndedBy, WireConnection } from "./wire_connection.ts";

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

  /** Aborts when nobody is left to answer: the client left, or the server cut the connection. */
  get over(): AbortSignal {
    return this.#connection.over;
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
    return this.#complete && this.#bodyRead && this.#keepAlive && !this.#connection.endedBy;
  }

  async readHead(): Promise<Headers> {
    if (this.#headers) return this.#headers;
    const headers = new Headers();
    for (;;) {
      const line = await this.#connection.takeLine();
      if (line === undefined) throw new ConnectionEnded("Cannot read the request: the client left inside its headers");
      if (line === "") break;
      const field = line.match(/^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/);
      // Such as a TLS handshake.
      if (!field) throw new ConnectionEnded("Cannot read the request: it is not HTTP");
      headers.append(field[1]!, field[2]!.trim());
    }
    this.#keepAlive = headers.get("connection")?.toLowerCase() !== "close";
    return this.#headers = headers;
  }

  /** The whole body, by Content-Length or chunks. */
  async readBody(): Promise<Uint8Array<ArrayBuffer>> {
    const headers = await this.readHead();
    if (headers.get("expect")?.toLowerCase() === "100-continue") await this.write("HTTP/1.1 100 Continue\r\n\r\n");
    const body = headers.get("transfer-encoding")?.toLowerCase() === "chunked"
      ? await this.#readChunks()
      : await this.#connection.takeBytes(Number(headers.get("content-length") ?? 0));
    this.#bodyRead = true;
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
    await this.#connection.write(data);
  }

  /** Says that the answer was sent in full, so that the connection may be used again. */
  finish(options: { keepAlive: boolean }): void {
    this.#complete = true;
    if (!options.keepAlive) this.#keepAlive = false;
  }

  /** Ends the connection now, in order (FIN). */
  cut(): void {
    this.#connection.close();
  }

  /** Ends the connection now by a reset (RST). */
  reset(): void {
    this.#connection.reset();
  }

  async #readChunk(): Promise<Uint8Array<ArrayBuffer>> {
    const line = await this.#connection.takeLine();
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
    while (await this.#connection.takeLine());
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
  readonly #options: WireServerOptions;
  readonly #server: Server;
  readonly #open = new Map<WireConnection, Promise<void>>();

  private constructor(options: WireServerOptions, create: typeof createServer) {
    this.#options = options;
    this.#server = create((socket) => {
      const connection = new WireConnection(socket);
      this.#open.set(connection, this.#serve(connection));
      options.onChange?.();
    });
  }

  /** Throws when the port is taken. */
  static async listen(options: WireServerOptions): Promise<WireServer> {
    // Loaded here and not above: a bundle of the whole program would load it at its start, and idle with 4 MB more.
    const { createServer } = await import("node:net");
    const wire = new WireServer(options, createServer);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    wire.#server.once("error", reject);
    wire.#server.listen({ host: options.hostname, port: options.port }, resolve);
    await promise;
    wire.#server.off("error", reject);
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
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
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.closeAll();
    await closed;
  }

  async #serve(connection: WireConnection): Promise<void> {
    try {
      for (;;) {
        const line = await connection.takeLine();
        if (line === undefined) break;
        const exchange = new Exchange(connection, line);
        await this.#options.handle(exchange);
        if (!exchange.reusable) break;
      }
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) throw error;
    } finally {
      connection.close();
      await connection.closed;
      this.#open.delete(connection);
      this.#options.onChange?.();
    }
  }
}
