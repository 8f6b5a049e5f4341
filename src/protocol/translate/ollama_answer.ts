import type { Operation, Usage } from "../../core/types.ts";
import { parseExact } from "../json_value.ts";
import type { ModelRequest, StreamTranslator } from "../types.ts";
import type { TranslateOptions } from "./options.ts";
import { type Piece, readOpenAI } from "./piece.ts";
import { ollamaToolCall, type ToolCall } from "./tool_calls.ts";
import { ToolFragments } from "./tool_fragments.ts";

type Json = Record<string, unknown>;

const nanosecondsPerMs = 1_000_000;

/** Writes the objects of one answer to an Ollama client: one model name and one `created_at` for all of them. */
export class OllamaAnswer {
  readonly #request: ModelRequest;
  readonly #options: TranslateOptions;
  readonly #startedAt: number;
  #calls = 0;
  #firstContentAt?: number;

  constructor(request: ModelRequest, options: TranslateOptions) {
    this.#request = request;
    this.#options = options;
    this.#startedAt = options.now();
  }

  /** A part of the answer, or with `final` the whole or last one. */
  object(part: { content: string; thinking: string; calls: ToolCall[]; logprobs?: unknown[] }, final?: Json): Json {
    this.#firstContentAt ??= this.#options.now();
    return {
      model: this.#request.model,
      created_at: new Date(this.#startedAt).toISOString(),
      ...this.#body(this.#request.operation, part),
      ...(part.logprobs && { logprobs: part.logprobs }),
      done: final !== undefined,
      ...final,
    };
  }

  /** What only the last object says. Ollama leaves out what is zero or not known. */
  final(reason: string | undefined, usage: Usage, timing: { streamed: boolean }): Json {
    const endedAt = this.#options.now();
    const firstAt = timing.streamed ? this.#firstContentAt : undefined;
    const figures: [string, number | undefined][] = [
      ["total_duration", (endedAt - this.#startedAt) * nanosecondsPerMs],
      ["prompt_eval_count", usage.inputTokens],
      ["prompt_eval_duration", firstAt && (firstAt - this.#startedAt) * nanosecondsPerMs],
      ["eval_count", usage.outputTokens],
      ["eval_duration", firstAt && (endedAt - firstAt) * nanosecondsPerMs],
    ];
    return {
      done_reason: reason === "length" ? "length" : "stop",
      ...Object.fromEntries(figures.filter(([, value]) => value).map(([key, value]) => [key, Math.round(value!)])),
    };
  }

  #body(operation: Operation, part: { content: string; thinking: string; calls: ToolCall[] }): Json {
    const thinking = part.thinking === "" ? {} : { thinking: part.thinking };
    if (operation === "generate") return { response: part.content, ...thinking };
    const message: Json = { role: "assistant", content: part.content, ...thinking };
    if (part.calls.length > 0) message.tool_calls = part.calls.map((call) => this.#toolCall(call));
    return { message };
  }

  #toolCall(call: ToolCall): Json {
    return ollamaToolCall(call, { id: call.id ?? `call_${this.#options.id()}`, index: this.#calls++ });
  }
}

const nothing = { content: "", thinking: "", calls: [] };

/** A whole OpenAI answer as Ollama's. Throws `SyntaxError` when it is not one. */
export function answerToOllama(json: unknown, answer: OllamaAnswer): { json: unknown; usage: Usage } {
  const piece = readOpenAI(json, "message");
  const fragments = new ToolFragments();
  fragments.add(piece.toolFragments);
  const { content, thinking, logprobs, usage = {} } = piece;
  const final = answer.final(piece.reason, usage, { streamed: false });
  return { json: answer.object({ content, thinking, calls: fragments.take(), logprobs }, final), usage };
}

/**
 * OpenAI's events as Ollama's lines. Tool calls are gathered and given whole when the answer finishes; the object with
 * `done:true` comes from `end()`, for the token counts arrive after the finish.
 */
export class OllamaStream implements StreamTranslator {
  readonly #answer: OllamaAnswer;
  readonly #fragments = new ToolFragments();
  #reason?: string;
  #usage: Usage = {};
  #ended = false;

  constructor(answer: OllamaAnswer) {
    this.#answer = answer;
  }

  push(data: string): string {
    if (data.trim() === "[DONE]") return this.#toolCalls();
    const piece = readOpenAI(parseExact(data), "delta");
    this.#fragments.add(piece.toolFragments);
    this.#usage = { ...this.#usage, ...piece.usage };
    this.#reason ??= piece.reason;
    return this.#text(piece) + (piece.reason === undefined ? "" : this.#toolCalls());
  }

  end(): string {
    if (this.#ended) return "";
    this.#ended = true;
    const calls = this.#toolCalls();
    const final = this.#answer.final(this.#reason, this.#usage, { streamed: true });
    return calls + line(this.#answer.object(nothing, final));
  }

  usage(): Usage {
    return this.#usage;
  }

  #text({ content, thinking, logprobs }: Piece): string {
    if (content === "" && thinking === "" && !logprobs) return "";
    return line(this.#answer.object({ content, thinking, calls: [], logprobs }));
  }

  #toolCalls(): string {
    if (this.#fragments.isEmpty) return "";
    return line(this.#answer.object({ ...nothing, calls: this.#fragments.take() }));
  }
}

function line(json: Json): string {
  return `${JSON.stringify(json)}\n`;
}
