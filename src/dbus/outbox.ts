import { concat } from "@std/bytes/concat";

/** More than this waits only when the other side has stopped reading. */
const maxWaitingBytes = 8 << 20;
const pauseAboveBytes = 1 << 20;

/**
 * Writes messages in order, all of one turn of the event loop at once. `fail` is called once, when writing has failed
 * or too much waits; afterwards nothing is taken any more.
 */
export class Outbox {
  readonly #write: (bytes: Uint8Array) => Promise<number>;
  readonly #fail: (error: Error) => void;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #isBusy = false;
  #isClosed = false;
  #onRelief: (() => void)[] = [];

  constructor(write: (bytes: Uint8Array) => Promise<number>, fail: (error: Error) => void) {
    this.#write = write;
    this.#fail = fail;
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    this.#bytes += message.length;
    if (this.#bytes - message.length > maxWaitingBytes) {
      return this.#end(new Error("The bus does not read what is sent to it"));
    }
    if (this.#isBusy) return;
    this.#isBusy = true;
    queueMicrotask(() => this.#drain());
  }

  /** Resolves at once, or when little enough waits that more may be caused. */
  relief(): Promise<void> {
    if (this.#isClosed || this.#bytes <= pauseAboveBytes) return Promise.resolve();
    return new Promise((resolve) => this.#onRelief.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#relieve();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0);
        const bytes = batch.length === 1 ? batch[0] : concat(batch);
        await writeAll(this.#write, bytes);
        this.#bytes -= bytes.length;
        if (this.#bytes <= pauseAboveBytes) this.#relieve();
      }
      this.#isBusy = false;
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #end(error: Error): void {
    if (this.#isClosed) return;
    this.close();
    this.#fail(error);
  }

  #relieve(): void {
    for (const resolve of this.#onRelief.splice(0)) resolve();
  }
}

async function writeAll(write: (bytes: Uint8Array) => Promise<number>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await write(bytes.subarray(at));
}
