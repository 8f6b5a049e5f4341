/** What the handshake needs of a socket. */
export interface ByteStream {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

const maxReplyBytes = 16_384;

/**
 * Tells the bus who we are: nobody in words, so it takes the credentials of the socket, as for sd-bus (D-Bus
 * Specification, "Authentication Protocol", EXTERNAL). Afterwards the stream carries messages. Throws when the bus
 * refuses or does not speak the protocol.
 */
export async function authenticate(stream: ByteStream): Promise<void> {
  await writeText(stream, "\0AUTH EXTERNAL\r\nDATA\r\n");
  const lines = new LineReader(stream);
  for (;;) {
    const line = await lines.next();
    if (/^OK\b/.test(line)) break;
    if (/^DATA\b/.test(line)) continue;
    if (/^REJECTED\b/.test(line)) throw new Error("The bus does not accept us by the credentials of the socket");
    throw new Error(`The bus answered the handshake with ${JSON.stringify(line.slice(0, 80))}`);
  }
  await writeText(stream, "BEGIN\r\n");
}

async function writeText(stream: ByteStream, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await stream.write(bytes.subarray(at));
}

/** Lines of the handshake; the bus sends nothing behind the last one before it is told to begin. */
class LineReader {
  readonly #stream: ByteStream;
  readonly #decoder = new TextDecoder();
  readonly #chunk = new Uint8Array(256);
  #text = "";
  #seen = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      const length = await this.#stream.read(this.#chunk);
      if (length === null) throw new Error("The bus hung up during the handshake");
      this.#seen += length;
      if (this.#seen > maxReplyBytes) throw new Error("The bus does not speak D-Bus");
      this.#text += this.#decoder.decode(this.#chunk.subarray(0, length), { stream: true });
    }
  }
}
