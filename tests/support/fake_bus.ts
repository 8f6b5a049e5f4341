import { decodeMessage, encodeMessage, type Message, type MessageFields, messageType } from "../../src/dbus/message.ts";
import { Frames } from "../../src/dbus/frames.ts";

/** What a fake bus does with one connection. */
export type BusScript = (peer: FakePeer) => Promise<void>;

/**
 * A server at a unix socket that behaves as badly as a test wants. It is no bus: it does what its script says with each
 * connection, and nothing else.
 */
export class FakeBus implements AsyncDisposable {
  readonly address: string;
  readonly #folder: string;
  readonly #listener: Deno.UnixListener;
  readonly #script: BusScript;
  readonly #done: Promise<void>;
  readonly #sockets: Deno.UnixConn[] = [];

  private constructor(folder: string, script: BusScript) {
    this.#folder = folder;
    this.#script = script;
    this.address = `unix:path=${folder}/bus`;
    this.#listener = Deno.listen({ transport: "unix", path: `${folder}/bus` });
    this.#done = this.#serve();
  }

  static async start(script: BusScript): Promise<FakeBus> {
    return new FakeBus(await Deno.makeTempDir({ prefix: "fake-bus-" }), script);
  }

  async #serve(): Promise<void> {
    const running: Promise<void>[] = [];
    try {
      for await (const socket of this.#listener) {
        this.#sockets.push(socket);
        // A socket that is closed under a script's hands ends the script.
        running.push(this.#script(new FakePeer(socket)).catch(() => {}));
      }
    } catch {
      // The listener was closed.
    }
    await Promise.all(running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const socket of this.#sockets) closeQuietly(socket);
    await this.#done;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The server's end of one connection. */
export class FakePeer {
  readonly #socket: Deno.UnixConn;
  readonly #frames = new Frames();
  readonly #messages: Message[] = [];
  #text = "";
  #serial = 0;

  constructor(socket: Deno.UnixConn) {
    this.#socket = socket;
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    for (let at = 0; at < all.length;) at += await this.#socket.write(all.subarray(at));
  }

  /** Reads until `text` has come, during the handshake. */
  async expectText(text: string): Promise<void> {
    while (!this.#text.includes(text)) this.#text += new TextDecoder().decode(await this.#read());
    this.#text = this.#text.slice(this.#text.indexOf(text) + text.length);
  }

  async accept(): Promise<void> {
    await this.expectText("DATA\r\n");
    await this.write("DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n");
    await this.expectText("BEGIN\r\n");
    if (this.#text !== "") this.#keep(new TextEncoder().encode(this.#text));
  }

  /** Handshake and Hello, as a bus does them; the connection is `:1.1`. */
  async welcome(): Promise<void> {
    await this.accept();
    const hello = await this.next();
    await this.reply(hello, { signature: "s", body: [":1.1"] });
  }

  async next(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      this.#keep(await this.#read());
    }
  }

  /** Answers a call, as the bus unless `fields` has another sender. */
  async reply(call: Message, fields: Partial<MessageFields> & { sender?: string }): Promise<void> {
    await this.send({ type: messageType.reply, replySerial: call.serial, destination: ":1.1", ...fields });
  }

  async send(fields: MessageFields & { sender?: string }): Promise<void> {
    await this.write(this.encode(fields));
  }

  encode(fields: MessageFields & { sender?: string }): Uint8Array {
    return encodeMessage({ sender: "org.freedesktop.DBus", ...fields } as MessageFields, ++this.#serial);
  }

  /** Resolves when the other side has closed the connection. */
  async ended(): Promise<void> {
    for (;;) await this.#read();
  }

  close(): void {
    closeQuietly(this.#socket);
  }

  #keep(bytes: Uint8Array): void {
    for (const frame of this.#frames.push(bytes)) this.#messages.push(decodeMessage(frame.slice()));
  }

  async #read(): Promise<Uint8Array> {
    const buffer = new Uint8Array(65_536);
    const length = await this.#socket.read(buffer);
    if (length === null) throw new Error("The other side closed the connection");
    return buffer.slice(0, length);
  }
}

function closeQuietly(socket: Deno.UnixConn): void {
  try {
    socket.close();
  } catch {
    // It is closed already.
  }
}
