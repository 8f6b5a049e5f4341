import type { Usage } from "../../core/types.ts";
import { isObject, parseExact } from "../json_value.ts";
import { openaiDone } from "../openai.ts";
import type { ModelRequest, StreamTranslator } from "../types.ts";
import type { TranslateOptions } from "./options.ts";
import { type Piece, readOllama } from "./piece.ts";
import { openaiToolCall, type ToolCall } from "./tool_calls.ts";

type Json = Record<string, unknown>;

/** Writes the objects of one answer to an OpenAI client: one id, one `created` and one model name for all of them. */
export class OpenAIAnswer {
  readonly #request: ModelRequest;
  readonly #options: TranslateOptions;
  readonly #id: string;
  readonly #created: number;
  /** Whether any tool call was given: it decides the finish reason. */
  #calls = 0;
  /** Length of the text so far, for `text_offset`. */
  #textLength = 0;

  constructor(request: ModelRequest, options: TranslateOptions) {
    this.#request = request;
    this.#options = options;
    this.#id = `${request.operation === "chat" ? "chatcmpl" : "cmpl"}-${options.id()}`;
    this.#created = Math.floor(options.now() / 1000);
  }

  get isChat(): boolean {
    return this.#request.operation === "chat";
  }

  /** Whether the client asked for token counts at the end of its stream. */
  get wantsUsage(): boolean {
    const options = this.#request.json.stream_options;
    return isObject(options) && options.include_usage === true;
  }

  object(kind: "whole" | "chunk", choices: Json[], usage?: Json | null): Json {
    const chat = kind === "whole" ? "chat.completion" : "chat.completion.chunk";
    return {
      id: this.#id,
      object: this.isChat ? chat : "text_completion",
      created: this.#created,
      model: this.#request.model,
      choices,
      ...(usage !== undefined && { usage }),
    };
  }

  /** What a message or a delta says; `role` is the caller's to add. */
  message(piece: Piece): Json {
    return {
      ...(piece.content !== "" && { content: piece.content }),
      ...(piece.thinking !== "" && { reasoning: piece.thinking }),
      ...(piece.toolCalls.length > 0 && { tool_calls: piece.toolCalls.map((call) => this.#toolCall(call)) }),
    };
  }

  /** A stream numbers its calls, also across chunks; a whole answer has their place in the list. */
  delta(piece: Piece): Json {
    const first = this.#calls;
    const delta = this.message(piece);
    if (!Array.isArray(delta.tool_calls)) return delta;
    return { ...delta, tool_calls: delta.tool_calls.map((call, place) => ({ index: first + place, ...call })) };
  }

  finishReason(reason: string | undefined): string {
    if (reason === "length") return "length";
    return this.#calls > 0 ? "tool_calls" : "stop";
  }

  /** Probabilities in the operation's own form, `null` without them. */
  logprobs(piece: Piece): Json | null {
    const offset = this.#textLength;
    this.#textLength += piece.content.length;
    if (!piece.logprobs) return null;
    return this.isChat ? { content: piece.logprobs } : listLogprobs(piece.logprobs, offset);
  }

  #toolCall(call: ToolCall): Json {
    this.#calls++;
    return openaiToolCall(call, call.id ?? `call_${this.#options.id()}`);
  }
}

/** The form of `/v1/completions`: one list for each property. */
function listLogprobs(logprobs: unknown[], offset: number): Json {
  const entries = logprobs.filter(isObject);
  const tokens = entries.map((entry) => String(entry.token));
  return {
    tokens,
    token_logprobs: entries.map((entry) => entry.logprob),
    top_logprobs: entries.map(({ top_logprobs: tops }) =>
      Array.isArray(tops) ? Object.fromEntries(tops.map((top) => [top?.token, top?.logprob])) : null
    ),
    text_offset: tokens.map((token) => {
      const at = offset;
      offset += token.length;
      return at;
    }),
  };
}

function usageObject(usage: Usage): Json {
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

/** A whole Ollama answer as OpenAI's. Throws `SyntaxError` when it is not one. */
export function answerToOpenAI(json: unknown, answer: OpenAIAnswer): { json: unknown; usage: Usage } {
  const piece = readOllama(json);
  const { usage = {} } = piece;
  const logprobs = answer.logprobs(piece);
  const said = answer.isChat
    ? { message: { role: "assistant", content: piece.toolCalls.length > 0 ? null : "", ...answer.message(piece) } }
    : { text: piece.content };
  const choice = { index: 0, ...said, logprobs, finish_reason: answer.finishReason(piece.reason) };
  return { json: answer.object("whole", [choice], usageObject(usage)), usage };
}

/** Ollama's lines as OpenAI's events: role first, then content, and from `end()` the finish, usage and `[DONE]`. */
export class OpenAIStream implements StreamTranslator {
  readonly #answer: OpenAIAnswer;
  #begun = false;
  #ended = false;
  #reason?: string;
  #usage: Usage = {};

  constructor(answer: OpenAIAnswer) {
    this.#answer = answer;
  }

  push(data: string): string {
    const piece = readOllama(parseExact(data));
    this.#reason ??= piece.reason;
    this.#usage = { ...this.#usage, ...piece.usage };
    const logprobs = this.#answer.logprobs(piece);
    const said = this.#answer.isChat ? this.#answer.delta(piece) : piece.content === "" ? {} : { text: piece.content };
    if (Object.keys(said).length === 0 && !logprobs) return "";
    return this.#chunk(said, { logprobs });
  }

  end(): string {
    if (this.#ended) return "";
    this.#ended = true;
    const role = this.#begun || !this.#answer.isChat ? "" : this.#chunk({ content: "" });
    const finish = this.#chunk({}, { reason: this.#answer.finishReason(this.#reason) });
    const usage = this.#answer.wantsUsage ? event(this.#answer.object("chunk", [], usageObject(this.#usage))) : "";
    return role + finish + usage + openaiDone;
  }

  usage(): Usage {
    return this.#usage;
  }

  #chunk(said: Json, more: { logprobs?: Json | null; reason?: string } = {}): string {
    const role = this.#begun ? {} : { role: "assistant", content: "" };
    this.#begun = true;
    const body = this.#answer.isChat ? { delta: { ...role, ...said } } : { text: "", ...said };
    const { logprobs = null, reason = null } = more;
    const choice = { index: 0, ...body, logprobs, finish_reason: reason };
    return event(this.#answer.object("chunk", [choice], this.#answer.wantsUsage ? null : undefined));
  }
}

function event(json: Json): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}
