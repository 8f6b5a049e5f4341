import { freePort } from "./free_port.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const maxRequestBytes = 65_536;
const createdAt = "2026-01-01T00:00:00Z";

/** The one model it has. */
export const fixtureModel = "bench:latest";

/** One request as the fixture reads it. */
interface FixtureRequest {
  path: string;
  body: string;
}

/**
 * The least that passes for an Ollama server, on raw sockets, so that the backend costs little beside what is measured:
 * health, lists and `/api/chat`. A stream is `options.num_predict` tokens, each a write of its own.
 */
export class FixtureServer implements Disposable {
  readonly port: number;
  readonly #connections = new Set<Deno.TcpConn>();
  #listener: Deno.TcpListener | undefined;

  /** Begins to listen, on a port that stays its own while it is stopped. */
  constructor() {
    this.port = freePort();
    this.restart();
  }

  /** Refuses new connections and cuts the open ones, as a killed process does. Safe to call twice. */
  stop(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const conn of this.#connections) conn.close();
    this.#connections.clear();
  }

  /** Listens again on its port. */
  restart(): void {
    if (this.#listener) return;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#accept(this.#listener);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for await (const conn of listener) {
      this.#connections.add(conn);
      this.#serve(conn);
    }
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    try {
      conn.setNoDelay(true);
      const buffer = new Uint8Array(maxRequestBytes);
      for (let request = await read(conn, buffer); request; request = await read(conn, buffer)) {
        await answer(conn, request);
      }
    } catch {
      // The client left, or stop() cut the connection.
    } finally {
      if (this.#connections.delete(conn)) conn.close();
    }
  }
}

/** The next request; `undefined` when the client closed the connection. */
async function read(conn: Deno.TcpConn, buffer: Uint8Array): Promise<FixtureRequest | undefined> {
  for (let filled = 0; filled < buffer.length;) {
    const count = await conn.read(buffer.subarray(filled));
    if (count === null) return undefined;
    filled += count;
    const text = decoder.decode(buffer.subarray(0, filled));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const length = Number(text.match(/\r\ncontent-length: (\d+)/i)?.[1] ?? 0);
    // Requests of the bench are plain ASCII: characters are bytes.
    if (filled < end + 4 + length) continue;
    return { path: text.slice(text.indexOf(" ") + 1, text.indexOf(" HTTP/")), body: text.slice(end + 4) };
  }
  throw new RangeError(`Cannot read a request of more than ${buffer.length} bytes`);
}

async function answer(conn: Deno.TcpConn, request: FixtureRequest): Promise<void> {
  if (request.path !== "/api/chat") return await write(conn, listings[request.path] ?? notFound);
  const { stream = true, options } = JSON.parse(request.body);
  if (!stream) return await write(conn, wholeAnswer);
  await write(conn, streamHead);
  const tokens = options?.num_predict ?? 8;
  for (let sent = 0; sent < tokens; sent++) await write(conn, tokenChunk);
  await write(conn, streamEnd);
}

async function write(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

function whole(status: string, json: unknown): Uint8Array {
  const body = JSON.stringify(json);
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return encoder.encode(head + body);
}

function chunk(json: unknown): string {
  const line = JSON.stringify(json) + "\n";
  return `${line.length.toString(16)}\r\n${line}\r\n`;
}

function chatLine(content: string, rest: object) {
  return { model: fixtureModel, created_at: createdAt, message: { role: "assistant", content }, ...rest };
}

const ended = {
  done: true,
  done_reason: "stop",
  total_duration: 1_000_000,
  prompt_eval_count: 8,
  prompt_eval_duration: 1_000,
  eval_count: 8,
  eval_duration: 1_000,
};
const models = [{ name: fixtureModel, model: fixtureModel, modified_at: createdAt, size: 1, digest: "0", details: {} }];
const listings: Record<string, Uint8Array> = {
  "/": whole("200 OK", {}),
  "/api/version": whole("200 OK", { version: "0.30.0" }),
  "/api/tags": whole("200 OK", { models }),
  "/api/ps": whole("200 OK", { models }),
};
const notFound = whole("404 Not Found", { error: "not found" });
const wholeAnswer = whole("200 OK", chatLine("The sky is blue because short waves scatter most.", ended));
const streamHead = encoder.encode(
  "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
);
const tokenChunk = encoder.encode(chunk(chatLine(" token", { done: false })));
const streamEnd = encoder.encode(chunk(chatLine("", ended)) + "0\r\n\r\n");

if (import.meta.main) {
  const server = new FixtureServer();
  await Deno.stdout.write(encoder.encode(`${server.port}\n`));
  // Whoever started it holds its standard input: at the end of that it is no longer needed.
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}
