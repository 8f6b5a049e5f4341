/** A client on a raw socket, for tests about the bytes themselves. */
export class RawClient implements Disposable {
  readonly #conn: Deno.TcpConn;
  #closed = false;
  #bytes = new Uint8Array(0);
  /** How the server ended the connection, once it did: in order (FIN) or by a reset (RST). */
  end: "fin" | "reset" | undefined;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async open(port: number, hostname = "127.0.0.1"): Promise<RawClient> {
    return new RawClient(await Deno.connect({ port, hostname }));
  }

  /** Everything received so far. */
  get text(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  /** What has come of the body, HTTP chunks undone. */
  get body(): string {
    return new TextDecoder().decode(this.bodyBytes());
  }

  /** The sizes of the HTTP chunks that have come in full. */
  get chunkSizes(): number[] {
    return this.#chunks().map((chunk) => chunk.length);
  }

  async write(data: string): Promise<void> {
    const bytes = new TextEncoder().encode(data);
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Sends a request; a body makes it a POST of JSON. */
  async send(path: string, json?: unknown, headers: Record<string, string> = {}): Promise<void> {
    const body = json === undefined ? "" : JSON.stringify(json);
    const lines = Object.entries({
      host: "127.0.0.1",
      accept: "application/json",
      "user-agent": "raw-test",
      ...headers,
    })
      .map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const length = `content-length: ${new TextEncoder().encode(body).length}\r\n`;
    await this.write(`${json === undefined ? "GET" : "POST"} ${path} HTTP/1.1\r\n${lines}${length}\r\n${body}`);
  }

  /** Reads on until `done` says so of the whole text, or the connection ends. */
  async readUntil(done: (text: string) => boolean): Promise<string> {
    const buffer = new Uint8Array(1_048_576);
    while (this.end === undefined && !done(this.text)) {
      const count = await this.#conn.read(buffer).catch((error) => {
        if (error instanceof Deno.errors.ConnectionReset) return "reset" as const;
        throw error;
      });
      if (count === null) this.end = "fin";
      else if (count === "reset") this.end = "reset";
      else this.#append(buffer.subarray(0, count));
    }
    return this.text;
  }

  async readToEnd(): Promise<string> {
    return await this.readUntil(() => false);
  }

  /** Reads to the end and keeps only the last of it: for what is too long to keep. */
  async drain(): Promise<{ bytes: number; tail: string }> {
    const buffer = new Uint8Array(1_048_576);
    let bytes = 0;
    let tail = "";
    for (let count = await this.#conn.read(buffer); count !== null; count = await this.#conn.read(buffer)) {
      bytes += count;
      tail = (tail + new TextDecoder().decode(buffer.subarray(0, count))).slice(-1_000);
    }
    this.end = "fin";
    return { bytes, tail };
  }

  bodyBytes(): Uint8Array<ArrayBuffer> {
    const start = this.text.indexOf("\r\n\r\n");
    if (start < 0) return new Uint8Array(0);
    if (!/transfer-encoding: chunked/i.test(this.text.slice(0, start))) return this.#bytes.slice(this.#bodyStart());
    const chunks = this.#chunks();
    const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }

  /** Hangs up. Safe to call twice. */
  close(): void {
    if (!this.#closed) this.#conn.close();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #append(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  #bodyStart(): number {
    const head = this.text.slice(0, this.text.indexOf("\r\n\r\n") + 4);
    return new TextEncoder().encode(head).length;
  }

  #chunks(): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (let at = this.#bodyStart();;) {
      const lineEnd = this.#bytes.indexOf(13, at);
      if (lineEnd < 0) return chunks;
      const size = parseInt(new TextDecoder().decode(this.#bytes.subarray(at, lineEnd)), 16);
      const start = lineEnd + 2;
      if (!(size > 0) || start + size > this.#bytes.length) return chunks;
      chunks.push(this.#bytes.subarray(start, start + size));
      at = start + size + 2;
    }
  }
}
