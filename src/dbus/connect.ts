import { LinkedAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { type BusEndpoint, parseAddress } from "./address.ts";
import { Connection, type Socket } from "./connection.ts";
import { authenticate } from "./handshake.ts";
import { MessageBus } from "./message_bus.ts";
import type { Bus } from "./types.ts";

const connectTimeoutMs = 10_000;

export interface ConnectOptions {
  clock: Clock;
  /** Aborts connecting; afterwards it means nothing. */
  signal?: AbortSignal;
  /** Told what a listener of a signal threw. Default: nobody is. */
  onError?: (error: unknown) => void;
}

/**
 * Connects to the first bus of an address list that answers. Rejects with the signal's reason, a TypeError for an
 * address that cannot be used, or an error that says why each one failed.
 */
export async function connectBus(address: string, options: ConnectOptions): Promise<Bus> {
  const reasons: string[] = [];
  let cause: unknown;
  for (const endpoint of parseAddress(address)) {
    options.signal?.throwIfAborted();
    try {
      return await connectTo(endpoint, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      cause = error;
      reasons.push(`${nameOf(endpoint)}: ${messageOf(error)}`);
    }
  }
  throw new Error(`Cannot connect to the bus: ${reasons.join("; ")}`, { cause });
}

async function connectTo(endpoint: BusEndpoint, { clock, signal, onError }: ConnectOptions): Promise<Bus> {
  using limit = new LinkedAbort(...(signal ? [signal] : []));
  limit.abortAfter(connectTimeoutMs, {
    clock,
    reason: () => new Error(`The bus did not answer within ${connectTimeoutMs / 1000} s`),
  });
  const socket = await unlessAborted(open(endpoint), limit.signal, (late) => late.close());
  try {
    await unlessAborted(authenticate(socket), limit.signal);
  } catch (error) {
    socket.close();
    throw error;
  }
  const connection = new Connection(socket, { clock });
  const bus = new MessageBus(connection, { onError });
  connection.run((message) => bus.receive(message));
  try {
    await bus.hello({ signal: limit.signal });
    return bus;
  } catch (error) {
    bus.close();
    throw error;
  }
}

function open(endpoint: BusEndpoint): Promise<Socket> {
  return endpoint.transport === "unix" ? Deno.connect(endpoint) : Deno.connect(endpoint);
}

function nameOf(endpoint: BusEndpoint): string {
  if (endpoint.transport === "tcp") return `${endpoint.hostname}:${endpoint.port}`;
  return endpoint.path.replace("\0", "abstract socket ");
}

/** `promise`, or a rejection as soon as `signal` aborts; `drop` gets what comes too late. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, drop?: (late: T) => void): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const value = await Promise.race([aborted.promise, promise]);
    signal.throwIfAborted();
    return value;
  } catch (error) {
    if (signal.aborted) promise.then((late) => drop?.(late), () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
