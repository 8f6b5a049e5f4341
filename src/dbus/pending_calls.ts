import type { Clock } from "../core/clock.ts";
import { type Message, messageType } from "./message.ts";
import { isUniqueName, theBus } from "./names.ts";
import { BusError, type CallOptions, type Value } from "./types.ts";

/** As libdbus waits. */
const defaultTimeoutMs = 25_000;

/** Told once how a call ended, at the moment at which the message came: before any later message is looked at. */
export interface CallEnd {
  resolve(body: readonly Value[]): void;
  reject(reason: unknown): void;
}

interface PendingCall {
  destination: string;
  end: CallEnd;
  /** Cancels the timer and unlinks the signal. */
  unlink: () => void;
}

/** Calls that wait for their answer. */
export class PendingCalls {
  readonly #clock: Clock;
  readonly #calls = new Map<number, PendingCall>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#calls.size;
  }

  has(serial: number): boolean {
    return this.#calls.has(serial);
  }

  add(serial: number, destination: string, end: CallEnd, options: CallOptions = {}): void {
    const { timeoutMs = defaultTimeoutMs, signal } = options;
    const onAbort = () => this.#take(serial)?.end.reject(signal!.reason);
    const cancel = this.#clock.after(timeoutMs, () => {
      const text = `${destination} did not answer within ${timeoutMs / 1000} s`;
      this.#take(serial)?.end.reject(new BusError("org.freedesktop.DBus.Error.NoReply", text));
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    const unlink = () => {
      cancel();
      signal?.removeEventListener("abort", onAbort);
    };
    this.#calls.set(serial, { destination, end, unlink });
  }

  /** Ends the call that the reply or error is for; one that nobody waits for, or of somebody else, is dropped. */
  settle(message: Message): void {
    const serial = message.replySerial!;
    const call = this.#calls.get(serial);
    if (!call || !mayAnswer(message.sender, call.destination)) return;
    this.#take(serial);
    let body: readonly Value[];
    try {
      body = message.readBody();
    } catch (cause) {
      const text = `${call.destination} sent an answer that cannot be read`;
      return call.end.reject(new BusError("org.freedesktop.DBus.Error.InconsistentMessage", text, { cause }));
    }
    if (message.type === messageType.error) call.end.reject(toError(message, body));
    else call.end.resolve(body);
  }

  rejectAll(reason: unknown): void {
    for (const serial of [...this.#calls.keys()]) this.#take(serial)?.end.reject(reason);
  }

  #take(serial: number): PendingCall | undefined {
    const call = this.#calls.get(serial);
    this.#calls.delete(serial);
    call?.unlink();
    return call;
  }
}

/**
 * Who may answer a call. Buses deliver only replies that are due, and libdbus looks at the serial alone; beyond that, a
 * unique name answers itself or the bus does it in its place. Behind a well-known name stands whoever owned it.
 */
function mayAnswer(sender: string | undefined, destination: string): boolean {
  if (sender === theBus || sender === undefined) return true;
  return destination !== theBus && (!isUniqueName(destination) || sender === destination);
}

function toError(message: Message, body: readonly Value[]): BusError {
  const [text] = body;
  return new BusError(message.errorName!, typeof text === "string" && text !== "" ? text : message.errorName!);
}
