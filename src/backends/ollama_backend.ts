import type { BackendConfig } from "../config/schema.ts";
import { BackendFailure } from "../core/errors.ts";
import type { Answer, Backend, ForwardOptions, ProbeResult, SendOptions } from "../broker/backend.ts";
import { inspectOllamaAnswer, ollamaFrameReader } from "../protocol/ollama.ts";
import { openaiDone } from "../protocol/openai.ts";
import { translateToOllama } from "../protocol/translate/to_ollama.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { BackendContext } from "./context.ts";
import { abortableBody } from "./abortable_body.ts";
import { exchange } from "./exchange.ts";
import { getJson, listOf, ollamaModel, textOf } from "./listing.ts";
import { renamed } from "./renamed.ts";
import { Transport } from "./transport.ts";
import { translationFor } from "./translation_for.ts";

/**
 * Ollama, Ollama Cloud and the CloudToLocalLLM cloud proxy, which has Ollama's paths below `/api/ollama`. Clients of
 * OpenAI's dialect are served through the native paths as well: Ollama's own `/v1` loses errors inside a stream.
 */
export class OllamaBackend implements Backend {
  readonly config: Readonly<BackendConfig>;
  readonly #context: BackendContext;
  readonly #transport: Transport;
  readonly #root: string;
  readonly #base: string;

  constructor(config: Readonly<BackendConfig>, context: BackendContext) {
    this.config = config;
    this.#context = context;
    this.#transport = new Transport(config.id, {
      secret: config.secret,
      credential: context.secrets,
      clock: context.clock,
    });
    this.#root = config.url.replace(/\/+$/, "");
    this.#base = config.kind === "cloudtolocalllm" ? `${this.#root}/api/ollama` : this.#root;
  }

  send(request: ModelRequest, options: SendOptions): Promise<Answer> {
    const { id, timeouts } = this.config;
    const isNative = request.dialect === "ollama";
    const translation = isNative ? undefined : translationFor(translateToOllama, request, options.model, this);
    return exchange(
      {
        backend: id,
        transport: this.#transport,
        url: this.#base + (translation?.path ?? request.path),
        body: translation ? JSON.stringify(translation.body) : renamed(request, options.model),
        frames: () => ollamaFrameReader(request.operation),
        inspect: (json) => inspectOllamaAnswer(json, request.operation),
        translation,
        isEventStream: false,
        streamType: isNative ? "application/x-ndjson" : "text/event-stream",
        missingEnd: isNative ? "" : openaiDone,
        idleMs: timeouts.idleMs,
        clock: this.#context.clock,
      },
      request,
      options,
    );
  }

  async forward({ path, ...request }: ForwardOptions): Promise<Response> {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const response = await this.#transport.send({ ...request, url: this.#base + path, once: !isRead });
    if (!response.body) return response;
    const { status, headers } = response;
    return new Response(abortableBody(response.body, request.signal), { status, headers });
  }

  async probe(signal: AbortSignal): Promise<ProbeResult> {
    const since = this.#context.clock.monotonic();
    const version = await this.#version(signal);
    const latencyMs = this.#context.clock.monotonic() - since;
    const [tags, loaded] = await Promise.all([
      getJson(this.#transport, `${this.#base}/api/tags`, signal),
      this.#loaded(signal),
    ]);
    const models = listOf(tags, "models", ollamaModel);
    if (!models) {
      const options = { phase: "first_byte", reason: "malformed" } as const;
      throw this.#transport.failure(`${this.config.id} lists its models in no known form`, options);
    }
    return { latencyMs, version, models, warm: loaded.map(({ name }) => name) };
  }

  async ping(signal: AbortSignal): Promise<void> {
    const path = this.config.kind === "cloudtolocalllm" ? `${this.#root}/health` : `${this.#base}/api/version`;
    const response = await this.#transport.sendOk({ method: "GET", url: path, signal });
    await response.body?.cancel();
  }

  renewConnections(): void {
    this.#transport.renew();
  }

  close(): void {
    this.#transport.close();
  }

  /** The cloud proxy has `/health` in its place and may have no version at all. */
  async #version(signal: AbortSignal): Promise<string | undefined> {
    if (this.config.kind === "cloudtolocalllm") {
      await this.ping(signal);
      return undefined;
    }
    return textOf(await this.#optional(`${this.#base}/api/version`, signal), "version");
  }

  async #loaded(signal: AbortSignal) {
    return listOf(await this.#optional(`${this.#base}/api/ps`, signal), "models", ollamaModel) ?? [];
  }

  /** Not every server that speaks Ollama has this path: a 4xx means that it has not. */
  async #optional(url: string, signal: AbortSignal): Promise<unknown> {
    try {
      return await getJson(this.#transport, url, signal);
    } catch (error) {
      if (error instanceof BackendFailure && (error.status === 404 || error.status === 405)) return {};
      throw error;
    }
  }
}
