import type { BackendConfig } from "../config/schema.ts";
import { RequestError } from "../core/errors.ts";
import type { Answer, Backend, ProbeResult, SendOptions } from "../broker/backend.ts";
import { inspectOpenAIAnswer, openaiDone, openaiFrameReader } from "../protocol/openai.ts";
import { translateToOpenAI } from "../protocol/translate/to_openai.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { BackendContext } from "./context.ts";
import { exchange } from "./exchange.ts";
import { getJson, listOf, openaiModel } from "./listing.ts";
import { renamed } from "./renamed.ts";
import { Transport } from "./transport.ts";
import { translationFor } from "./translation_for.ts";

/** Any server that speaks OpenAI's API: OpenAI, OpenRouter, Groq, vLLM, llama.cpp, LM Studio. Its url ends in `/v1`. */
export class OpenAIBackend implements Backend {
  readonly config: Readonly<BackendConfig>;
  readonly #context: BackendContext;
  readonly #transport: Transport;
  readonly #base: string;

  constructor(config: Readonly<BackendConfig>, context: BackendContext) {
    this.config = config;
    this.#context = context;
    this.#transport = new Transport(config.id, {
      secret: config.secret,
      credential: context.secrets,
      clock: context.clock,
    });
    this.#base = config.url.replace(/\/+$/, "");
  }

  send(request: ModelRequest, options: SendOptions): Promise<Answer> {
    const { id, timeouts } = this.config;
    const isNative = request.dialect === "openai";
    const translation = isNative ? undefined : translationFor(translateToOpenAI, request, options.model, this);
    // A prompt of Ollama's dialect mostly becomes a chat.
    const operation = translation?.path === "/chat/completions" ? "chat" : request.operation;
    return exchange(
      {
        backend: id,
        transport: this.#transport,
        url: this.#base + (translation?.path ?? request.path.replace(/^\/v1/, "")),
        body: translation ? JSON.stringify(translation.body) : renamed(request, options.model),
        frames: () => openaiFrameReader(operation),
        inspect: (json) => inspectOpenAIAnswer(json, operation),
        translation,
        isEventStream: true,
        streamType: isNative ? "text/event-stream" : "application/x-ndjson",
        missingEnd: isNative ? openaiDone : "",
        idleMs: timeouts.idleMs,
        clock: this.#context.clock,
      },
      request,
      options,
    );
  }

  forward(): Promise<Response> {
    const message = `Backend "${this.config.id}" speaks OpenAI's API, which has no such request; name another one`;
    return Promise.reject(new RequestError(400, message));
  }

  async probe(signal: AbortSignal): Promise<ProbeResult> {
    const since = this.#context.clock.monotonic();
    const json = await getJson(this.#transport, `${this.#base}/models`, signal);
    const latencyMs = this.#context.clock.monotonic() - since;
    const models = listOf(json, "data", openaiModel);
    if (models) return { latencyMs, version: undefined, models, warm: [] };
    const options = { phase: "first_byte", reason: "malformed" } as const;
    throw this.#transport.failure(`${this.config.id} lists its models in no known form`, options);
  }

  async ping(signal: AbortSignal): Promise<void> {
    const response = await this.#transport.sendOk({ method: "GET", url: `${this.#base}/models`, signal });
    await response.body?.cancel();
  }

  renewConnections(): void {
    this.#transport.renew();
  }

  close(): void {
    this.#transport.close();
  }
}
