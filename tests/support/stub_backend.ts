import { BackendFailure, type BackendFailureOptions, type FailureReason } from "../../src/core/errors.ts";
import type { BackendConfig } from "../../src/config/schema.ts";
import type { Answer, Backend, ForwardOptions, ProbeResult, SendOptions } from "../../src/broker/backend.ts";
import type { ModelRequest } from "../../src/protocol/types.ts";

/** A question put to a stub, which the test answers when it wants. An aborted signal answers it with its reason. */
export class Asked<T> {
  readonly signal: AbortSignal;
  readonly #answer = Promise.withResolvers<T>();
  readonly promise: Promise<T> = this.#answer.promise;
  readonly resolve: (value: T) => void = this.#answer.resolve;
  readonly reject: (error: unknown) => void = this.#answer.reject;

  constructor(signal: AbortSignal) {
    this.signal = signal;
    if (signal.aborted) this.reject(signal.reason);
    else signal.addEventListener("abort", () => this.reject(signal.reason), { once: true });
  }
}

/** What a stub answers at once; left out, the test answers each question itself. */
export interface StubScript {
  send?: (asked: Asked<Answer>, request: ModelRequest, options: SendOptions) => void;
  ping?: (asked: Asked<void>) => void;
  probe?: (asked: Asked<ProbeResult>) => void;
}

/** A backend without a network: it keeps every question and answers by script. It leaves out `forward`. */
export class StubBackend implements Backend {
  readonly config: Readonly<BackendConfig>;
  readonly sends: (Asked<Answer> & { model: string })[] = [];
  readonly pings: Asked<void>[] = [];
  readonly probes: Asked<ProbeResult>[] = [];
  script: StubScript;
  readonly #firstSend = Promise.withResolvers<Asked<Answer>>();
  /** The first request that it gets. */
  readonly firstSend: Promise<Asked<Answer>> = this.#firstSend.promise;

  constructor(config: Readonly<BackendConfig>, script: StubScript = {}) {
    this.config = config;
    this.script = script;
  }

  send(request: ModelRequest, options: SendOptions): Promise<Answer> {
    const asked = Object.assign(new Asked<Answer>(options.signal), { model: options.model });
    this.sends.push(asked);
    this.#firstSend.resolve(asked);
    this.script.send?.(asked, request, options);
    return asked.promise;
  }

  ping(signal: AbortSignal): Promise<void> {
    const asked = new Asked<void>(signal);
    this.pings.push(asked);
    this.script.ping?.(asked);
    return asked.promise;
  }

  probe(signal: AbortSignal): Promise<ProbeResult> {
    const asked = new Asked<ProbeResult>(signal);
    this.probes.push(asked);
    this.script.probe?.(asked);
    return asked.promise;
  }

  forward(_options?: ForwardOptions): Promise<Response> {
    return Promise.reject(new Error("The stub does not forward"));
  }

  close(): void {}

  renewConnections(): void {}

  failure(reason: FailureReason, more: Partial<BackendFailureOptions> = {}): BackendFailure {
    return stubFailure(this.config.id, reason, more);
  }
}

/** A failure as a backend would throw it; the status is read from the reason. */
export function stubFailure(
  backend: string,
  reason: FailureReason,
  more: Partial<BackendFailureOptions> = {},
): BackendFailure {
  const status = reason.startsWith("http_") ? Number(reason.slice(5)) : undefined;
  return new BackendFailure(`${backend} failed: ${reason}`, { backend, phase: "headers", reason, status, ...more });
}

const encoder = new TextEncoder();

/** A whole answer. */
export function wholeAnswer(text = "{}"): Answer {
  return { status: 200, contentType: "application/json", first: encoder.encode(text), usage: {} };
}

/** A chat request; its body is as long as `padding` makes it. */
export function chatRequest(more: Partial<ModelRequest> = {}, padding = 0): ModelRequest {
  const json = { model: "llama3.2", messages: [{ role: "user", content: "x".repeat(padding) }] };
  return {
    dialect: "ollama",
    operation: "chat",
    class: "inference",
    path: "/api/chat",
    model: "llama3.2",
    stream: true,
    body: encoder.encode(JSON.stringify(json)),
    json,
    ...more,
  };
}
