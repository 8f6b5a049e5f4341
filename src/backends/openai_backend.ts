import type { BackendConfig } from "../config/schema.ts";
import { BackendFailure, RequestError } from "../core/errors.ts";
import type { Answer, Backend, ProbeResult, SendOptions } from "../broker/backend.ts";
import { inspectOpenAIAnswer, openaiDone, openaiFrameReader } from "../protocol/openai.ts";
import { withTopLevel } from "../protocol/splice_json.ts";
import { translateToOpenAI } from "../protocol/translate/to_openai.ts";
import type { ModelRequest } from "../protocol/types.ts";
import { usageWanted } from "../protocol/usage_wanted.ts";
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
  /** Whether streams are asked for token counts: of a cloud, whose tokens cost money, until it refuses that. */
  #asksUsage: boolean;

  constructor(config: Readonly<BackendConfig>, context: BackendContext) {
    this.config = config;
    this.#context = context;
    this.#transport = new Transport(config.id, {
      secret: config.secret,
      credential: context.secrets,
      clock: context.clock,
    });
    this.#base = config.url.replace(/\/+$/, "");
    this.#asksUsage = config.location === "cloud";
  }

  async send(request: ModelRequest, options: SendOptions): Promise<Answer> {
    const asking = this.#asksUsage ? usageWanted(request) : undefined;
    if (!asking) return await this.#send(request, options);
    try {
      return await this.#send(request, options, asking);
    } catch (error) {
      if (!mayMeanAField(error)) throw error;
      const answer = await this.#send(request, options);
      // So it was the field that the client had not written.
      this.#asksUsage = false;
      return answer;
    }
  }

  #send(request: ModelRequest, options: SendOptions, streamOptions?: Record<string, unknown>): Promise<Answer> {
    const { id, timeouts } = this.config;
    const isNative = request.dialect === "openai";
    const translation = isNative ? undefined : translationFor(translateToOpenAI, request, options.model, this);
    // A prompt of Ollama's dialect mostly becomes a chat.
    const operation = translation?.path === "/chat/completions" ? "chat" : request.operation;
    const own = translation ? JSON.stringify(translation.body) : renamed(request, options.model);
    return exchange(
      {
        backend: id,
        transport: this.#transport,
        url: this.#base + (translation?.path ?? request.path.replace(/^\/v1/, "")),
        body: streamOptions && typeof own !== "string" ? withTopLevel(own, "stream_options", streamOptions) : own,
        frames: () => openaiFrameReader(operation),
        inspect: (json) => inspectOpenAIAnswer(json, operation),
        translation,
        isEventStream: true,
        streamType: isNative ? "text/event-stream" : "application/x-ndjson",
        missingEnd: isNative ? openaiDone : "",
        hidesUsage: streamOptions !== undefined,
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

/** Whether the server may have refused the request for a field that it does not know. */
function mayMeanAField(error: unknown): boolean {
  return error instanceof BackendFailure && (error.status === 400 || error.status === 422);
}
