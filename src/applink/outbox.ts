/** Where an {@linkcode Outbox} writes. */
export interface Writer {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * What waits to be sent to one client, in order; each message is given to the system in one write as far as that takes
 * it. A client that is slow or gone holds nobody else up. Once a write fails, or more waits than allowed, it is `ended`
 * and takes nothing more.
 */
export class Outbox {
  readonly #writer: Writer;
  readonly #maxBytes: () => number;
  readonly #onFailure: (error: Error) => void;
  readonly #queue: Uint8Array[] = [];
  #waiting = 0;
  #isWriting = false;
  #isEnded = false;
  #idle = Promise.withResolvers<void>();

  /** `maxBytes` may wait behind the message that is being sent. `onFailure` is called once, when it ends by itself. */
  constructor(writer: Writer, options: { maxBytes: () => number; onFailure: (error: Error) => void }) {
    this.#writer = writer;
    this.#maxBytes = options.maxBytes;
    this.#onFailure = options.onFailure;
    this.#idle.resolve();
  }

  get waitingBytes(): number {
    return this.#waiting;
  }

  send(text: string): void {
    if (this.#isEnded) return;
    const bytes = new TextEncoder().encode(`${text}\n`);
    if (this.#isWriting && this.#waiting + bytes.length > this.#maxBytes()) {
      return this.#fail(new Error(`It does not read its answers: more than ${this.#maxBytes()} bytes wait`));
    }
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
    if (!this.#isWriting) void this.#write();
  }

  /** Resolves when all is sent, or never will be. */
  sent(): Promise<void> {
    return this.#idle.promise;
  }

  /** What waits is thrown away. */
  end(): void {
    this.#isEnded = true;
    this.#queue.length = 0;
    this.#waiting = 0;
    this.#idle.resolve();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    this.#idle = Promise.withResolvers();
    try {
      for (let bytes = this.#queue.shift(); bytes; bytes = this.#queue.shift()) {
        this.#waiting -= bytes.length;
        for (let sent = 0; sent < bytes.length;) sent += await this.#writer.write(bytes.subarray(sent));
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#isWriting = false;
    this.#idle.resolve();
  }

  #fail(error: Error): void {
    if (this.#isEnded) return;
    this.end();
    this.#onFailure(error);
  }
}
