import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { Frames } from "./frames.ts";
import type { ByteStream } from "./handshake.ts";
import { decodeMessage, encodeMessage, type Message, type MessageFields } from "./message.ts";
import { Outbox } from "./outbox.ts";
import { type CallEnd, PendingCalls } from "./pending_calls.ts";
import { BusClosed, type CallOptions } from "./types.ts";

const readBytes = 8192;
const lastSerial = 0xffff_ffff;

export type Socket = ByteStream & { close(): void };

/**
 * An authenticated socket that carries messages: serial numbers, replies to calls, order. `run` reads until the
 * connection ends; whatever ends it, `closed` aborts with a {@linkcode BusClosed} and every call that waits is rejected
 * with it.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  readonly #calls: PendingCalls;
  readonly #closed = new AbortController();
  #serial = 0;

  constructor(socket: Socket, { clock }: { clock: Clock }) {
    this.#socket = socket;
    this.#calls = new PendingCalls(clock);
    this.#outbox = new Outbox((bytes) => socket.write(bytes), (error) => this.close(messageOf(error), error));
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** How many calls wait for an answer. */
  get pending(): number {
    return this.#calls.size;
  }

  /** Throws a TypeError when a message cannot be written as it is; drops it when the connection has ended. */
  send(fields: MessageFields): void {
    if (!this.closed.aborted) this.#outbox.send(encodeMessage(fields, this.#nextSerial()));
  }

  /** Sends a call; `end` is told its answer. Throws as `send` does. */
  call(fields: MessageFields & { destination: string }, end: CallEnd, options?: CallOptions): void {
    if (this.closed.aborted) return end.reject(this.closed.reason);
    if (options?.signal?.aborted) return end.reject(options.signal.reason);
    const serial = this.#nextSerial();
    const bytes = encodeMessage(fields, serial);
    this.#calls.add(serial, fields.destination, end, options);
    this.#outbox.send(bytes);
  }

  /** Gives every message that is no reply to `onMessage`, in order, which must not throw. Never rejects. */
  async run(onMessage: (message: Message) => void): Promise<void> {
    const frames = new Frames();
    const buffer = new Uint8Array(readBytes);
    try {
      for (;;) {
        await this.#outbox.relief();
        const length = await this.#socket.read(buffer);
        if (length === null) return this.close("The bus ended the connection");
        for (const frame of frames.push(buffer.subarray(0, length))) this.#receive(decodeMessage(frame), onMessage);
      }
    } catch (error) {
      this.close(`The connection to the bus failed: ${messageOf(error)}`, error);
    }
  }

  close(why: string, cause?: unknown): void {
    if (this.closed.aborted) return;
    const reason = new BusClosed(why, { cause });
    this.#outbox.close();
    this.#socket.close();
    this.#closed.abort(reason);
    this.#calls.rejectAll(reason);
  }

  #receive(message: Message, onMessage: (message: Message) => void): void {
    if (this.closed.aborted) return;
    if (message.replySerial !== undefined && (message.type === 2 || message.type === 3)) this.#calls.settle(message);
    else onMessage(message);
  }

  /** Never 0, and after the last one from the first again, past those that are still waited for. */
  #nextSerial(): number {
    do this.#serial = this.#serial >= lastSerial ? 1 : this.#serial + 1; while (this.#calls.has(this.#serial));
    return this.#serial;
  }
}
