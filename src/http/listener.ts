import { isLoopback, localAddress } from "../core/loopback.ts";
import { ConfigError, type ConfigProblem } from "../config/config_error.ts";
import type { Config } from "../config/schema.ts";
import { portHolder } from "./port_holder.ts";

/** Another program listens on the address. The message says which, and what to do. */
export class AddressInUse extends Error {
  override readonly name = "AddressInUse";
  /** Origin of the broker of ours that answers there; `undefined`: it is another program. */
  readonly broker?: string;

  constructor(message: string, { broker, ...options }: ErrorOptions & { broker?: string }) {
    super(message, options);
    this.broker = broker;
  }
}

export interface ListenerOptions {
  host: string;
  port: number;
  /** Tells which daemon holds the port when it is taken. */
  controlFile: string;
}

/** The HTTP server on its port. */
export class Listener {
  /** Where it listens. */
  readonly url: string;
  /** How programs of this machine reach it. */
  readonly localUrl: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #abort: AbortController;
  readonly #answers: RunningAnswers;
  readonly #ended = Promise.withResolvers<void>();
  #phase: "open" | "shutting_down" | "ended" = "open";

  private constructor(server: Deno.HttpServer<Deno.NetAddr>, abort: AbortController, answers: RunningAnswers) {
    this.#server = server;
    this.#abort = abort;
    this.#answers = answers;
    server.finished.finally(() => this.#end());
    const { hostname, port } = server.addr;
    this.url = baseUrl(hostname, port);
    this.localUrl = baseUrl(localAddress(hostname), port);
  }

  /** Throws {@linkcode AddressInUse}. */
  static async start(
    handler: (request: Request) => Response | Promise<Response>,
    { host, port, controlFile }: ListenerOptions,
  ): Promise<Listener> {
    const abort = new AbortController();
    try {
      const options = { hostname: host, port, signal: abort.signal, onListen() {} };
      const answers = new RunningAnswers();
      const server = Deno.serve(options, (request, { completed }) => {
        answers.follow(completed);
        return handler(request);
      });
      return new Listener(server, abort, answers);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      const { words, broker } = await portHolder({ host, port, controlFile });
      throw new AddressInUse(`Cannot listen on ${host}:${port}: ${words}`, { cause: error, broker });
    }
  }

  /** Settles when the server has ended. */
  get finished(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Waits until the running answers have ended and their last bytes have gone, but not beyond `late`. Until then new
   * requests still reach the handler, which refuses them. `HttpServer.shutdown()` comes last because nothing can cut what
   * is open after it: aborting then throws inside an event listener (Deno 2.9).
   */
  async drain(late: Promise<void>): Promise<void> {
    const isOver = await Promise.race([this.#answers.ended().then(() => true), late]);
    if (isOver && this.#phase === "open") {
      this.#phase = "shutting_down";
      await Promise.race([this.#server.shutdown(), late]);
    }
  }

  /** Ends at once; connections that are still open are cut. */
  async close(): Promise<void> {
    if (this.#phase === "open") this.#abort.abort();
    if (this.#phase === "shutting_down") {
      // A request slipped in and does not end; it goes with the process.
      this.#server.unref();
      this.#end();
    }
    await this.#ended.promise;
  }

  #end(): void {
    this.#phase = "ended";
    this.#ended.resolve();
  }
}

/** Counts the answers that are being sent. */
class RunningAnswers {
  #count = 0;
  #end: (() => void) | undefined;

  /** `completed` settles when the answer was sent or its client has left. */
  follow(completed: Promise<void>): void {
    this.#count++;
    const end = () => {
      if (--this.#count === 0) this.#end?.();
    };
    completed.then(end, end);
  }

  /** Resolves as soon as none is being sent. */
  ended(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#end = resolve);
  }
}

function baseUrl(hostname: string, port: number): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/**
 * Beyond loopback everyone in the network could spend the user's money: a client key is demanded. Throws
 * {@linkcode ConfigError}.
 */
export function checkExposure(listen: Config["listen"], secrets: (name: string) => string | undefined): void {
  const { host, clientKey } = listen;
  if (clientKey !== null) {
    if (secrets(clientKey) !== undefined) return;
    const advice = `set it with: cloudtolocalllm secret set ${clientKey}`;
    throw new ConfigError(`Cannot start: the client key "${clientKey}" is not set; ${advice}`, []);
  }
  if (isLoopback(host)) return;
  const message = `Cannot listen on ${host} without a client key: it can be reached from other machines. ` +
    `Set listen.clientKey to a name such as "clients" and set the key with: cloudtolocalllm secret set clients`;
  throw new ConfigError(message, []);
}

/**
 * What a changed configuration would open: the socket of `boundHost` stays as it is until a restart, so the client key
 * that protects it must stay as well.
 */
export function exposureProblems(boundHost: string, { clientKey }: Config["listen"]): ConfigProblem[] {
  if (clientKey !== null || isLoopback(boundHost)) return [];
  const reason = `must be set while the daemon listens on ${boundHost}; to go without, set listen.host to 127.0.0.1 ` +
    "and restart the daemon";
  return [{ path: "listen.clientKey", reason, value: "" }];
}
