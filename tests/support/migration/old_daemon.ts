/** The predecessor's daemon as a migration meets it: its port file, PING and QUIT in its protocol, without ids. */
export class OldDaemon implements AsyncDisposable {
  readonly port: number;
  /** Commands in the order in which they came. */
  readonly commands: string[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #echoesIds: boolean;
  readonly #staysOnQuit: boolean;
  readonly #serving: Promise<void>;
  #isClosed = false;

  private constructor(listener: Deno.TcpListener, { echoesIds = false, staysOnQuit = false }: OldDaemonOptions) {
    this.#listener = listener;
    this.port = listener.addr.port;
    this.#echoesIds = echoesIds;
    this.#staysOnQuit = staysOnQuit;
    this.#serving = this.#accept();
  }

  /** `home`: the user's, where its port file goes. */
  static async start(home: string, options: OldDaemonOptions = {}): Promise<OldDaemon> {
    const daemon = new OldDaemon(Deno.listen({ hostname: "127.0.0.1", port: 0 }), options);
    await Deno.mkdir(`${home}/.cloudtolocalllm`, { recursive: true });
    await Deno.writeTextFile(`${home}/.cloudtolocalllm/tray_port`, String(daemon.port));
    return daemon;
  }

  get isRunning(): boolean {
    return !this.#isClosed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.#serving;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  async #accept(): Promise<void> {
    const served: Promise<void>[] = [];
    try {
      for await (const connection of this.#listener) {
        this.#connections.add(connection);
        served.push(this.#serve(connection));
      }
    } catch {
      // It was closed.
    }
    await Promise.all(served);
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(1_024);
    let text = "";
    try {
      for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
        text += new TextDecoder().decode(buffer.subarray(0, length));
        const lines = text.split("\n");
        text = lines.pop()!;
        for (const line of lines) await this.#answer(connection, JSON.parse(line));
      }
    } catch {
      // The client or we have closed it.
    } finally {
      if (this.#connections.delete(connection)) connection.close();
    }
  }

  async #answer(connection: Deno.TcpConn, { command, id }: { command: string; id?: string }): Promise<void> {
    this.commands.push(command);
    if (command === "QUIT" && !this.#staysOnQuit) return this.#close();
    if (command !== "PING") return;
    const answer = { status: "pong", ...this.#echoesIds ? { id } : {} };
    await connection.write(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
  }
}

export interface OldDaemonOptions {
  /** As our own app link does. */
  echoesIds?: boolean;
  staysOnQuit?: boolean;
}
