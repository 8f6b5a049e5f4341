import { DaemonLink, type Exchange, type LinkRequest } from "./daemon_link.ts";
import type { LinkParts } from "./link_parts.ts";
import { AnswerReader, TextAnswerReader } from "./answer_reader.ts";
import { ClientError, DaemonLost, UnexpectedAnswer } from "./errors.ts";
import { wordsOf } from "./words_of.ts";
import type {
  ChatRequest,
  Embeddings,
  EmbedRequest,
  GenerateRequest,
  Model,
  ModelRequest,
  Pull,
  PullRequest,
  TextAnswer,
} from "./model_types.ts";
import { checkedUrl } from "./address.ts";
import type { CallOptions, ClientOptions } from "./options.ts";
import { timeoutsOf } from "./timeouts.ts";
import { pullReading } from "./pull_answer.ts";
import { boundedText, parseObject } from "./read_body.ts";
import { refusalOf } from "./refusal.ts";
import { openSettings } from "./settings.ts";
import type { ConnectionTest, Mode, ModeNow, Pause, SettingsOpened, Status, StatusUpdate } from "./status.ts";
import { watchStatus } from "./status_watch.ts";
import { chatBody, generateBody, numberOf, textOf, textReading } from "./text_answer.ts";
import { modelOf } from "./model_list.ts";

/** Largest answer that is read whole, in bytes: many embeddings. */
const maxAnswerBytes = 256 * 1024 * 1024;

/** What becomes a header's value must be one: else nothing could be sent. */
function headerValue(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value;
  throw new TypeError(`${name} must be visible ASCII characters`);
}

/**
 * The daemon, wherever it is. Nothing is looked for before the first call; a daemon that was restarted, with another
 * port and token, is found again by the next one.
 *
 * Calls throw the errors of this library, all of them {@linkcode ClientError}, the reason of a signal that aborted, and
 * `TypeError` for what cannot be sent.
 */
export class CloudToLocalLLM {
  readonly #link: DaemonLink;

  /** `parts` is for tests. Throws `TypeError` for an address or a token that cannot be used. */
  constructor(options: ClientOptions = {}, parts: LinkParts = {}) {
    if (options.url !== undefined) checkedUrl(options.url, options);
    for (const name of ["token", "clientKey", "app"] as const) headerValue(name, options[name]);
    this.#link = new DaemonLink(options, parts);
  }

  /** The daemon's address where it was found last; programs can use it as Ollama's. */
  get url(): string | undefined {
    return this.#link.place?.url;
  }

  /** Finds the daemon, and starts it where the options say so, without asking it for anything. Gives its address. */
  async find({ signal }: CallOptions = {}): Promise<string> {
    return (await this.#link.find({ signal })).url;
  }

  /** Ends all that runs. */
  close(): void {
    this.#link.close();
  }

  /** A chat. Resolves with the first piece of the answer, which is then read from what it gives. */
  async chat(request: ChatRequest): Promise<TextAnswer> {
    const parts = await this.#ask("/api/chat", { request, body: chatBody(request) });
    return new TextAnswerReader({ ...parts, reading: textReading("chat") });
  }

  /** Text that goes on from a prompt; as {@linkcode CloudToLocalLLM.chat}. */
  async generate(request: GenerateRequest): Promise<TextAnswer> {
    const parts = await this.#ask("/api/generate", { request, body: generateBody(request) });
    return new TextAnswerReader({ ...parts, reading: textReading("generate") });
  }

  /** Vectors of texts. */
  async embed({ keepAlive, signal, backend, ...sent }: EmbedRequest): Promise<Embeddings> {
    const body = { ...sent, keep_alive: keepAlive };
    const { json, headers } = await this.#whole("/api/embed", {
      method: "POST",
      body,
      api: "model",
      headers: backendHeader(backend),
      signal,
    });
    const { embeddings, model, prompt_eval_count } = json;
    if (!Array.isArray(embeddings)) throw new UnexpectedAnswer("The answer has no embeddings");
    return {
      embeddings,
      model: textOf(model),
      backend: headers.get("x-broker-backend"),
      inputTokens: numberOf(prompt_eval_count),
    };
  }

  /** Has an Ollama load a model from its library. Resolves when that has begun. */
  async pull(request: PullRequest): Promise<Pull> {
    const body = { model: request.model, stream: true };
    const parts = await this.#ask("/api/pull", { request, body, isBound: true });
    return new AnswerReader({ ...parts, reading: pullReading() });
  }

  /** Every model that can be used now, over all backends. */
  async models({ signal }: CallOptions = {}): Promise<Model[]> {
    const { controlMs: timeoutMs } = timeoutsOf(this.#link.options);
    const { json } = await this.#whole("/api/tags", { api: "model", signal, timeoutMs });
    if (!Array.isArray(json.models)) throw new UnexpectedAnswer("The answer has no models");
    return json.models.map(modelOf);
  }

  /** How the daemon stands. Needs the control token, as all below. */
  async status({ signal }: CallOptions = {}): Promise<Status> {
    return await this.#control("status", { signal }) as unknown as Status;
  }

  /**
   * The status now and after each change. While the daemon is away it says so once, and looks for it. It throws the
   * signal's reason, and what does not heal by itself: {@linkcode NoControlToken}, {@linkcode Refused}.
   */
  watchStatus({ signal }: CallOptions = {}): AsyncIterableIterator<StatusUpdate> {
    return watchStatus(this.#link, { signal });
  }

  /** The same, told to a listener until `signal` aborts or the function that it gives is called. */
  onStatus(
    listener: (update: StatusUpdate) => void,
    { signal, onError }: CallOptions & { onError?: (error: unknown) => void } = {},
  ): () => void {
    const own = new AbortController();
    const ends = signal ? AbortSignal.any([own.signal, signal]) : own.signal;
    const follow = async () => {
      for await (const update of this.watchStatus({ signal: ends })) listener(update);
    };
    follow().catch((error) => {
      if (ends.aborted || this.#link.signal.aborted) return;
      if (onError) return onError(error);
      throw error;
    });
    return () => own.abort();
  }

  /** The mode that the user chose, and the one in force. */
  async mode({ signal }: CallOptions = {}): Promise<ModeNow> {
    return await this.#control("mode", { signal }) as unknown as ModeNow;
  }

  /** Chooses a mode, as the user would: it is kept, and ends a pause. */
  async setMode(mode: Mode, { signal }: CallOptions = {}): Promise<ModeNow> {
    return await this.#control("mode", { method: "PUT", body: { mode }, signal }) as unknown as ModeNow;
  }

  /** Keeps every request on this machine, for 1 s to 24 h, or until it is resumed. */
  async pause({ forMs, signal }: CallOptions & { forMs?: number } = {}): Promise<Pause | null> {
    return (await this.#control("pause", { method: "PUT", body: { forMs }, signal })).pause as Pause | null;
  }

  async resume({ signal }: CallOptions = {}): Promise<void> {
    await this.#control("pause", { method: "DELETE", signal });
  }

  /** Tests the connection to a backend, step by step; takes as long as that does. */
  async testBackend(id: string, { signal }: CallOptions = {}): Promise<ConnectionTest> {
    const path = `backends/${encodeURIComponent(id)}/test`;
    return await this.#control(path, { method: "POST", signal, timeoutMs: undefined }) as unknown as ConnectionTest;
  }

  /** Opens the settings page for the user; in a browser, and where nothing can open it, gives a link to it. */
  async openSettings({ signal }: CallOptions = {}): Promise<SettingsOpened> {
    const control = (request: Omit<LinkRequest, "api">) => this.#control("login-link", request);
    return await openSettings(this.#link, { control, signal });
  }

  /** A request whose answer streams. It is not sent twice. */
  async #ask(
    path: string,
    { request, body, isBound = request.backend !== undefined }: {
      request: Pick<ModelRequest, "backend" | "signal">;
      body: unknown;
      isBound?: boolean;
    },
  ): Promise<{ link: DaemonLink; exchange: Exchange; abort: AbortController }> {
    const abort = new AbortController();
    const signal = request.signal ? AbortSignal.any([abort.signal, request.signal]) : abort.signal;
    const headers = backendHeader(request.backend);
    const exchange = await this.#link.request(path, {
      method: "POST",
      body,
      headers,
      signal,
      api: "model",
      isRepeatable: false,
    });
    if (exchange.response.ok) return { link: this.#link, exchange, abort };
    const refusal = await refusalOf(exchange.response, { api: "model", isBound });
    exchange.signal.throwIfAborted();
    throw refusal;
  }

  async #control(
    path: string,
    request: Partial<Omit<LinkRequest, "api">>,
  ): Promise<Record<string, unknown>> {
    const { controlMs: timeoutMs } = timeoutsOf(this.#link.options);
    return (await this.#whole(`/control/v1/${path}`, { timeoutMs, ...request, api: "control" })).json;
  }

  /** A request whose answer is one JSON object. All of them may be sent twice. */
  async #whole(
    path: string,
    request: Omit<LinkRequest, "isRepeatable">,
  ): Promise<{ json: Record<string, unknown>; headers: Headers }> {
    const exchange = await this.#link.request(path, { ...request, isRepeatable: true });
    const { response, signal, place } = exchange;
    try {
      if (!response.ok) {
        throw await refusalOf(response, {
          api: request.api,
          isBound: request.headers?.["x-broker-backend"] !== undefined,
        });
      }
      const json = parseObject(await boundedText(response, maxAnswerBytes));
      if (!json) throw new UnexpectedAnswer(`What answers at ${place.url} sent no JSON object for ${path}`);
      return { json, headers: response.headers };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ClientError) throw error;
      this.#link.forget(place);
      throw new DaemonLost(`The daemon at ${place.url} went away: ${wordsOf(error)}`, { cause: error });
    } finally {
      exchange.end();
    }
  }
}

function backendHeader(backend: string | undefined): Record<string, string> {
  const value = headerValue("backend", backend);
  return value === undefined ? {} : { "x-broker-backend": value };
}

/** A client that has found the daemon already, or started it. Throws {@linkcode DaemonNotRunning} where it cannot. */
export async function connect(options: ClientOptions = {}): Promise<CloudToLocalLLM> {
  const client = new CloudToLocalLLM(options);
  await client.find();
  return client;
}
