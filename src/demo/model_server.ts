import { type Clock, systemClock } from "../core/clock.ts";
import { deliver, type Delivery, type Step } from "./delivery.ts";
import { type Fault, faultList, type Faults } from "./fault.ts";
import { applyFault } from "./fault_rules.ts";
import { type Exchange, WireServer } from "./http_wire.ts";
import { parseObject } from "./json_body.ts";
import { ModelShelf } from "./model_shelf.ts";
import { RecordedRequest, type RequestOutcome } from "./recorded_request.ts";
import { isHealthPath, scriptAnswer, type ServerDialect } from "./routes.ts";
import type { ScriptContext } from "./scripted_answer.ts";
import { defaultModels, type ScriptedModel } from "./scripted_model.ts";
import { Waiters } from "./waiters.ts";

export interface ModelServerOptions {
  /** Goes into every answer: "Hello from the NAME model." */
  name: string;
  dialect: ServerDialect;
  models?: readonly ScriptedModel[];
  /** Default 0: a free one. */
  port?: number;
  hostname?: string;
  /** Demands `Authorization: Bearer TOKEN`, else 401. */
  token?: string;
  version?: string;
  /** Pause before each content frame. */
  tokenDelayMs?: number;
  clock?: Clock;
}

const defaultWaitMs = 5_000;

/**
 * A small model server with scripted models that speaks a dialect as the real one does, on real sockets, and misbehaves
 * on demand. It leaves out: models, sampling, and every field that nothing here asks for.
 */
export class ModelServer implements AsyncDisposable {
  readonly name: string;
  readonly requests: RecordedRequest[] = [];
  readonly shelf: ModelShelf;
  /** Faults of every model request for which `script()` has nothing queued. */
  always: Faults | undefined;
  /** Faults of health and list paths: `/`, version, tags, ps, show, models, `/health`, status. */
  onHealth: Faults | undefined;

  readonly #options: Required<Omit<ModelServerOptions, "token">> & { token?: string };
  readonly #queue: Faults[] = [];
  readonly #waiters = new Waiters();
  #wire?: WireServer;
  #port = 0;
  #inFlight = 0;

  private constructor(options: ModelServerOptions) {
    this.#options = {
      models: defaultModels,
      port: 0,
      hostname: "127.0.0.1",
      version: "0.30.0",
      tokenDelayMs: 0,
      clock: systemClock,
      ...options,
    };
    this.name = options.name;
    this.shelf = new ModelShelf(this.#options.models);
    this.#port = this.#options.port;
  }

  static async start(options: ModelServerOptions): Promise<ModelServer> {
    const server = new ModelServer(options);
    await server.restart();
    return server;
  }

  /** What a backend's configuration takes: the root, or for `openai` the base with `/v1`. */
  get url(): string {
    const { hostname, dialect } = this.#options;
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    return `http://${host}:${this.#port}${dialect === "openai" ? "/v1" : ""}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Requests that are being answered now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Open connections now, idle ones included. */
  get connections(): number {
    return this.#wire?.connections ?? 0;
  }

  /** Model requests (chat, generate, embeddings, bound ones) so far, health and lists left out. */
  get modelRequests(): RecordedRequest[] {
    return this.requests.filter((request) => !request.health);
  }

  /** Queues faults for the next model requests: one entry each; a list is several faults at once. */
  script(...faults: Faults[]): void {
    this.#queue.push(...faults);
  }

  /** Queued entries that no request has used yet. */
  get scripted(): number {
    return this.#queue.length;
  }

  /** Cuts every connection and refuses new ones, as a killed process does. Safe to call twice. */
  async stop(): Promise<void> {
    const wire = this.#wire;
    this.#wire = undefined;
    await wire?.stop();
    this.#waiters.changed();
  }

  /** Listens again on the same port; queued faults, requests and models stay. */
  async restart(): Promise<void> {
    if (this.#wire) return;
    this.#wire = await WireServer.listen({
      hostname: this.#options.hostname,
      port: this.#port,
      handle: (exchange) => this.#handle(exchange),
      onChange: () => this.#waiters.changed(),
    });
    this.#port = this.#wire.port;
  }

  /** Cuts every connection and goes on listening. */
  async closeConnections(): Promise<void> {
    await this.#wire?.closeAll();
  }

  /** The first request, past or coming, that fits; rejects when none comes in time. */
  waitForRequest(
    predicate: (request: RecordedRequest) => boolean = () => true,
    timeoutMs = defaultWaitMs,
  ): Promise<RecordedRequest> {
    return this.#waiters.until("a request", () => this.requests.find(predicate), timeoutMs);
  }

  /** Resolves when no request is being answered; idle keep-alive connections may remain. */
  waitForIdle(timeoutMs = defaultWaitMs): Promise<void> {
    return this.waitUntil("an idle server", () => this.#inFlight === 0, timeoutMs);
  }

  /** Resolves when `condition`, asked again at each request, answer and connection, holds. */
  async waitUntil(what: string, condition: () => boolean, timeoutMs = defaultWaitMs): Promise<void> {
    await this.#waiters.until(what, () => condition() || undefined, timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #handle(exchange: Exchange): Promise<void> {
    const health = isHealthPath(this.#options.dialect, exchange.target);
    const faults = faultList(health ? this.onHealth : this.#queue.shift() ?? this.always);
    if (faults.some((fault) => fault.kind === "reset")) return exchange.reset();
    const ended = Promise.withResolvers<RequestOutcome>();
    this.#inFlight++;
    let outcome: RequestOutcome = "cut";
    try {
      const headers = await exchange.readHead();
      const half = faults.some((fault) => fault.kind === "read_half_body_then_close");
      const bytes = half ? await exchange.readHalfOfBody() : await exchange.readBody();
      this.requests.push(
        new RecordedRequest({
          method: exchange.method,
          path: exchange.target,
          headers,
          bytes,
          at: this.#options.clock.now(),
          health,
          ended: ended.promise,
        }),
      );
      this.#waiters.changed();
      if (half) return exchange.reset();
      await this.#answer(exchange, { headers, bytes, faults });
      if (exchange.complete) outcome = "answered";
    } finally {
      if (outcome !== "answered" && exchange.endedBy === "client") outcome = "client_left";
      this.#inFlight--;
      ended.resolve(outcome);
      this.#waiters.changed();
    }
  }

  async #answer(
    exchange: Exchange,
    request: { headers: Headers; bytes: Uint8Array<ArrayBuffer>; faults: readonly Fault[] },
  ): Promise<void> {
    const { faults } = request;
    if (faults.some((fault) => fault.kind === "close_on_accept")) return exchange.cut();
    const raw = faults.find((fault) => fault.kind === "raw");
    if (raw) {
      await exchange.write(raw.bytes);
      return exchange.cut();
    }
    const { clock, dialect, token } = this.#options;
    const answer = await scriptAnswer({
      method: exchange.method,
      path: exchange.target,
      headers: request.headers,
      bytes: request.bytes,
      json: parseObject(new TextDecoder().decode(request.bytes)) ?? {},
    }, { dialect, token, context: this.#context(faults) });
    await deliver(faults.reduce(applyFault, this.#paced(answer)), exchange, clock);
  }

  #context(faults: readonly Fault[]): ScriptContext {
    const { name, version, clock } = this.#options;
    return {
      name,
      version,
      clock,
      shelf: this.shelf,
      mixToolFragments: faults.some((fault) => fault.kind === "tool_fragments"),
      alwaysUsage: faults.some((fault) => fault.kind === "usage_only_last"),
    };
  }

  #paced(answer: Delivery): Delivery {
    const ms = this.#options.tokenDelayMs;
    if (ms === 0 || !answer.stream) return answer;
    const steps = answer.steps.flatMap((step): Step[] =>
      step.kind === "frame" && step.role === "content" ? [{ kind: "pause", ms }, step] : [step]
    );
    return { ...answer, steps };
  }
}
